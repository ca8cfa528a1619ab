"""TwoNN: conventions, duplicates, errors, saved ratios, and the published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import repscape as rs
from repscape.errors import (
    DegenerateDataError,
    GraphDepthError,
    InputError,
    InputTypeError,
    RepscapeWarning,
    UnknownNameError,
)
from repscape.measures.uncertainty._resample import subsets
from repscape.measures.uncertainty._sandwich import sandwich
from repscape.synthetic import torus
from tests.data_files import data_file
from tests.reference.id_twonn import from_ratios
from tests.reference.neighbors import neighbors

IDEAL = (1 - (np.arange(1, 4001) - 0.5) / 4000) ** (-1 / 7.0)
"""Ratios at the quantiles of the Pareto law of dimension 7."""


def cloud(n: int = 400, d: int = 5, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def with_copies(X: np.ndarray, share: float, seed: int = 1) -> np.ndarray:
    """Return X with a share of its rows copied, in random order."""
    rng = np.random.default_rng(seed)
    rows = np.concatenate([np.arange(len(X)), rng.choice(len(X), int(share * len(X)))])
    return X[rng.permutation(rows)]


def test_ratios_of_three_points_by_hand() -> None:
    # 0, 1, 3 on a line: r1 = 1, 1, 2 and r2 = 3, 2, 3, so mu = 3, 2, 1.5
    found = rs.id_twonn(np.array([[0.0], [1.0], [3.0]]), estimator="mle")
    assert found.value == pytest.approx(2 / math.log(3 * 2 * 1.5))
    assert (found.n, found.dropped) == (3, 0)


@pytest.mark.parametrize(
    ("estimator", "fraction", "bias"),
    [
        ("fit", None, 1),
        ("mle", None, 1),
        ("mle", 0.9, 1),
        ("mle", 0.3, 1),
        ("trimmed", 0.9, 1.344),
        ("trimmed", 0.98, 1.087),
    ],
)
def test_ideal_ratios_give_the_dimension(estimator: str, fraction: float | None, bias: float) -> None:
    found = rs.id_twonn_ratios(IDEAL, estimator=estimator, fraction=fraction)
    assert found.value == pytest.approx(7 * bias, rel=0.003)


def test_model_errors() -> None:
    full = rs.id_twonn_ratios(IDEAL, estimator="mle")
    assert full.stderr == pytest.approx(full.value / math.sqrt(4000))
    censored = rs.id_twonn_ratios(IDEAL, estimator="mle", fraction=0.25)
    assert censored.stderr == pytest.approx(censored.value / math.sqrt(1000))
    assert full.interval == pytest.approx((full.value - 1.96 * full.stderr, full.value + 1.96 * full.stderr), rel=1e-4)
    silent = rs.id_twonn_ratios(IDEAL, error=None)
    assert silent.stderr is None
    assert silent.interval is None


def test_options_tell_every_convention() -> None:
    found = rs.id_twonn(cloud(), estimator="mle")
    assert found.options == {
        "estimator": "mle",
        "fraction": 1.0,
        "error": "sandwich",
        "n_over_sum": False,
        "duplicates": "merge",
    }


def test_bayes_warns_when_its_prior_decides() -> None:
    with pytest.warns(RepscapeWarning, match="prior moves the dimension by -"):
        found = rs.id_twonn(cloud(60, 8), estimator="bayes", error="model")
    log_mu = found.details["mean_log_mu"] * 60
    assert found.value == pytest.approx(62 / (5 + log_mu))
    assert found.stderr == pytest.approx(math.sqrt(62) / (5 + log_mu))
    assert found.interval[0] < found.value < found.interval[1]
    quiet = rs.id_twonn(cloud(3000, 2), estimator="bayes")
    assert abs(quiet.details["prior_pull"]) < 0.02


# ---- identical rows


def test_copies_change_nothing_when_merged() -> None:
    X = cloud()
    plain, copied = rs.id_twonn(X), rs.id_twonn(with_copies(X, 0.1))
    assert (copied.dropped, copied.n, plain.dropped) == (40, 400, 0)
    assert copied.value == pytest.approx(plain.value, rel=1e-12)


@given(share=st.floats(0.01, 2.0), seed=st.integers(0, 100), k=st.sampled_from([60, 120]))
@settings(max_examples=15, deadline=None)
def test_a_graph_with_copies_gives_what_the_points_give(share: float, seed: int, k: int) -> None:
    X = with_copies(cloud(80, 3, seed), share, seed)
    k = min(k, len(X) - 1)
    assert rs.id_twonn(rs.knn_graph(X, k)).value == pytest.approx(rs.id_twonn(X).value, rel=1e-12)
    assert rs.id_twonn(rs.knn_graph(X, k)).dropped == rs.id_twonn(X).dropped


def test_drop_leaves_out_points_that_have_a_copy() -> None:
    X = cloud()
    copied = np.concatenate([X, X[:20]])
    found = rs.id_twonn(copied, duplicates="drop")
    assert (found.n, found.dropped) == (380, 40)
    _, r = neighbors(copied, 2)
    kept = r[r[:, 0] > 0]
    assert found.value == pytest.approx(from_ratios(np.sort(kept[:, 1] / kept[:, 0])))


def test_raise_refuses_copies() -> None:
    with pytest.raises(InputError, match="2 points have an identical copy, the first at row 3"):
        rs.id_twonn(np.concatenate([cloud(), cloud()[3:4]]), duplicates="raise")


def test_a_graph_too_shallow_for_its_copies_says_so() -> None:
    X = np.concatenate([cloud(), np.repeat(cloud(1), 5, axis=0)])
    with pytest.raises(GraphDepthError, match="copies fill the graph's 3 places"):
        rs.id_twonn(rs.knn_graph(X, 3))


def test_distances_alone_cannot_merge_but_can_drop() -> None:
    X = np.concatenate([cloud(), cloud()[:5]])
    g = rs.NeighborGraph.from_arrays(distances=rs.knn_graph(X, 4).distances, self_column="none")
    with pytest.raises(GraphDepthError, match="distances alone"):
        rs.id_twonn(g)
    assert rs.id_twonn(g, duplicates="drop").dropped == 10


def test_real_data_with_copied_rows() -> None:
    images = np.load(data_file("mnist_test_10k.npz"))["images"][:1500].reshape(1500, -1)
    copied = rs.id_twonn(with_copies(images, 0.1))
    assert copied.value == pytest.approx(rs.id_twonn(images, error=None).value, rel=1e-12)
    assert copied.dropped == 150


# ---- what has no answer, and bad input


def test_degenerate_data() -> None:
    with pytest.raises(DegenerateDataError, match="All 10 rows are identical"):
        rs.id_twonn(np.ones((10, 3)))
    with pytest.raises(DegenerateDataError, match="at least 3 distinct points. Got 2 in 10 rows"):
        rs.id_twonn(np.repeat([[0.0], [1.0]], 5, axis=0))
    grid = np.stack(np.meshgrid(range(5), range(5)), axis=-1).reshape(-1, 2)
    with pytest.raises(DegenerateDataError, match="all 25 ratios used are 1"):
        rs.id_twonn(grid, estimator="mle")
    identical = rs.knn_graph(np.ones((10, 3)), 4)
    with pytest.raises(DegenerateDataError, match="All 10 points are identical"):
        rs.id_twonn(identical)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "fit", "fraction": 1}, "use estimator='mle'"),
        ({"estimator": "bayes", "fraction": 0.9}, "must be 1 with estimator='bayes'. Got 0.9"),
        ({"fraction": 0}, r"number in \(0, 1\]. Got 0"),
        ({"fraction": 1.5}, r"Got 1.5"),
        ({"estimator": "mel"}, "Did you mean 'mle'"),
        ({"duplicates": "keep"}, "'merge', 'drop', 'raise'"),
        ({"error": "bootstrap"}, "'sandwich', 'subsamples', 'auto', 'model', None"),
        ({"estimator": "mle", "fraction": 0.001}, "leaves 0 of 400 ratios"),
    ],
)
def test_bad_options(options: dict, message: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=message):
        rs.id_twonn(cloud(), **options)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.zeros(5), r"2-D, \(n points, d features\). Got shape \(5,\)"),
        (np.zeros((5, 2, 2)), "Flatten images first"),
        (np.array([["a", "b"]] * 5), "real numbers"),
        (np.array([[None, 1.0]] * 5), "real numbers .* Got dtype object"),
        (np.zeros((2, 3)), "at least 3 points"),
        (np.zeros((5, 0)), "at least 3 points and 1 feature"),
        (np.full((5, 2), np.nan), r"finite. Got nan at index \(0, 0\)"),
    ],
)
def test_bad_points(X: np.ndarray, message: str) -> None:
    with pytest.raises((InputError, InputTypeError), match=message):
        rs.id_twonn(X)


# ---- saved ratios


def test_saved_ratios_by_layer() -> None:
    rng = np.random.default_rng(0)
    mu = rng.random((4, 20, 300)) ** (-1 / np.array([2.0, 5.0, 9.0, 5.0]))[:, None, None]
    curve = rs.id_twonn_ratios(mu, estimator="mle")
    each = 299 / np.log(mu).sum(axis=2)
    assert curve.x_name == "layer"
    np.testing.assert_allclose(curve.values, each.mean(axis=1))
    np.testing.assert_allclose(curve.stderr, each.std(axis=1, ddof=1) / math.sqrt(20))
    one = rs.id_twonn_ratios(mu[2], estimator="mle")
    assert one.value == pytest.approx(curve.values[2])
    assert one.stderr == pytest.approx(curve.stderr[2])
    single = rs.id_twonn_ratios(mu[2, :1], estimator="mle")
    assert single.stderr == pytest.approx(single.value / math.sqrt(300))


@pytest.mark.parametrize(
    ("mu", "message"),
    [
        (np.array([1.5, 0.5, 2]), "at least 1, since r2 >= r1. Got 0.5"),
        (np.array([1.5, np.inf, 2]), "finite"),
        (np.ones((2, 2, 2, 5)), r"shape \(points,\)"),
        (np.array(["a", "b", "c"]), "must hold numbers"),
    ],
)
def test_bad_ratios(mu: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rs.id_twonn_ratios(mu)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "fit", "mle", "trimmed", "gride"),
    [
        ("mnist_test_10k.npz", 13.557, 13.558, 18.325, [13.56, 12.51, 12.20, 11.70, 11.31, 10.83, 10.34]),
        ("kmnist_test_10k.npz", 17.959, 17.854, 24.396, [17.85, 16.71, 16.53, 16.38, 16.51, 17.03, 17.74]),
    ],
)
def test_published_numbers(file: str, fit: float, mle: float, trimmed: float, gride: list[float]) -> None:
    images = np.load(data_file(file))["images"]
    g = rs.knn_graph(images.reshape(len(images), -1), 128)
    assert rs.id_twonn(g).value == pytest.approx(fit, abs=1e-3)
    assert rs.id_twonn(g, estimator="mle").value == pytest.approx(mle, abs=1e-3)
    assert rs.id_twonn(g, estimator="trimmed").value == pytest.approx(trimmed, abs=1e-3)
    np.testing.assert_allclose(rs.id_gride(g, max_rank=128).values, gride, atol=0.01)


# ---- errors


def test_sandwich_is_the_sum_over_linked_scores() -> None:
    X = cloud(300, 4)
    found = rs.id_twonn(X, estimator="mle")
    indices, r = neighbors(X, 64)
    log_mu = np.log(r[:, 1] / r[:, 0])
    scores = 1 - log_mu / log_mu.mean()
    assert found.stderr == pytest.approx(found.value * math.sqrt(sandwich(scores, indices, 2)) / 300, rel=1e-9)
    assert found.interval == pytest.approx(
        (found.value - 1.96 * found.stderr, found.value + 1.96 * found.stderr), rel=1e-4
    )
    assert found.replicates.shape == (100,)
    assert found.replicates.std(ddof=1) == pytest.approx(found.stderr)


@pytest.mark.parametrize("estimator", ["fit", "trimmed"])
def test_subsamples_are_those_of_rebuilt_graphs(estimator: str) -> None:
    X = cloud(400, 3)
    found = rs.id_twonn(X, estimator=estimator)
    spread, deviations = {}, {}
    for share in (0.25, 0.9):
        drawn = list(subsets(400, draws=100, share=share))
        values = np.array([rs.id_twonn(X[rows], estimator=estimator, error=None).value for rows in drawn])
        part = np.mean([rows.size for rows in drawn]) / 400
        spread[share] = found.value / values.mean() * values.std(ddof=1) * math.sqrt(part / (1 - part**2))
        deviations[share] = (values - values.mean()) / values.std(ddof=1)
    assert found.details["subset_share"] > 0.999
    assert found.stderr == pytest.approx(spread[0.25], rel=0.01)
    np.testing.assert_allclose(found.replicates, found.stderr * deviations[0.9], atol=0.02 * found.stderr)
    assert found.options["error"] == "subsamples"


def test_layers_go_together_as_over_fresh_samples() -> None:
    """Quarters of the points are read at a larger scale, where these layers agree far more than at that of all points."""
    said, values = [], []
    for run in range(150):
        rng = np.random.default_rng(run)
        X = rng.normal(size=(300, 3))
        error = "auto" if run < 50 else None  # a hundred replicates each: fifty pairs give their mean to .02
        pair = [rs.id_twonn(X + 0.1 * rng.normal(size=X.shape), error=error) for _ in range(2)]
        values.append([one.value for one in pair])
        if error:
            said.append(np.corrcoef(*[one.replicates for one in pair])[0, 1])
    assert np.mean(said) == pytest.approx(np.corrcoef(*np.transpose(values))[0, 1], abs=0.15)
    assert np.mean(said) < 0.2


@pytest.mark.parametrize("estimator", ["mle", "fit", "bayes"])
def test_errors_are_larger_than_for_independent_ratios(estimator: str) -> None:
    X = torus(3000, 2)
    ours, model = (rs.id_twonn(X, estimator=estimator, error=error) for error in ("auto", "model"))
    assert 1.1 < ours.stderr / model.stderr < 1.6
    assert ours.value == model.value


def test_a_graph_deep_enough_gives_what_the_points_give() -> None:
    X = cloud(500, 5)
    for estimator in ("mle", "fit"):
        assert rs.id_twonn(rs.knn_graph(X, 80), estimator=estimator) == rs.id_twonn(X, estimator=estimator)
    copied = np.concatenate([X, X[:50]])
    assert rs.id_twonn(rs.knn_graph(copied, 140), estimator="mle") == rs.id_twonn(copied, estimator="mle")
    assert rs.id_twonn(copied, estimator="mle").stderr == rs.id_twonn(X, estimator="mle").stderr


def test_a_published_graph_gets_the_best_error_it_allows_and_says_which() -> None:
    X = cloud()
    deep = rs.knn_graph(X, 20)
    assert rs.id_twonn(deep).options["error"] == "subsamples"
    shallow = rs.knn_graph(X, 3)
    found = rs.id_twonn(shallow)
    assert found.options["error"] == (
        "sandwich of the maximum likelihood: 3 neighbours of 400 points are too few for subsamples"
    )
    assert found.stderr == pytest.approx(rs.id_twonn(X).stderr, rel=0.3)
    assert found.replicates.std(ddof=1) == pytest.approx(found.stderr)  # nine tenths need few neighbours
    assert rs.id_twonn(shallow, estimator="mle").options["error"] == "sandwich"
    distances = rs.NeighborGraph.from_arrays(distances=deep.distances, self_column="none")
    alone = rs.id_twonn(distances)
    assert alone.options["error"] == "model: who the neighbours are is not known"
    assert alone.stderr == rs.id_twonn(X, error="model").stderr
    few = rs.id_twonn(cloud(9))
    assert few.options["error"] == "model: 9 points are too few to resample"
    dropped = rs.id_twonn(np.concatenate([X, X[:5]]), duplicates="drop")
    assert dropped.options["error"] == "model: who the neighbours are is not known"


def test_errors_asked_for_by_name_are_had_or_refused() -> None:
    X = cloud()
    assert rs.id_twonn(X, estimator="mle", error="subsamples").options["error"] == "subsamples"
    assert rs.id_twonn(X, error="sandwich").options["error"] == "sandwich of the maximum likelihood"
    with pytest.raises(GraphDepthError, match=r"error='subsamples' of a dimension cannot be had: 3 neighbours of 400"):
        rs.id_twonn(rs.knn_graph(X, 3), error="subsamples")


def test_layers_err_together() -> None:
    X = cloud(1000, 4)
    near = X + 0.01 * np.random.default_rng(1).normal(size=X.shape)
    a, b, c = (rs.id_twonn(layer).replicates for layer in (X, near, cloud(1000, 4, seed=9)))
    assert np.corrcoef(a, b)[0, 1] > 0.7
    assert abs(np.corrcoef(a, c)[0, 1]) < 0.35


def test_grids_and_subsets_without_an_answer() -> None:
    # All ratios of a lattice with few free points are 1 in some subset: the error falls back, the value stands.
    grid = np.stack(np.meshgrid(range(12), range(12)), axis=-1).reshape(-1, 2).astype(float)
    grid[:6] += np.random.default_rng(0).normal(scale=0.1, size=(6, 2))
    found = rs.id_twonn(grid, estimator="mle")
    assert math.isfinite(found.stderr)
