"""RSA with inference: distances, noise and comparators as rsatoolbox has them, models judged for new data, and bad input."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError

RNG = np.random.default_rng(0)
CONDITIONS, RUNS = np.tile(np.arange(5), 8), np.repeat(np.arange(4), 10)
X = RNG.normal(size=(5, 6))[CONDITIONS] + RNG.normal(size=(40, 6))


def rsatoolbox():  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import rsatoolbox.data.noise
        import rsatoolbox.rdm
    return rsatoolbox


def test_crossnobis_and_noise_are_those_of_rsatoolbox() -> None:
    peer = rsatoolbox()
    residuals = RNG.normal(size=(30, 6)) @ RNG.normal(size=(6, 6))
    for method in ("shrinkage_diag", "shrinkage_eye", "full", "diag"):
        expected = peer.data.noise.prec_from_residuals(residuals, method=method)
        assert rs.noise_precision(residuals, method=method) == pytest.approx(expected, rel=1e-6)
    precision = rs.noise_precision(residuals)
    data = peer.data.Dataset(X, obs_descriptors={"condition": CONDITIONS, "run": RUNS})
    for given in (None, precision):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = peer.rdm.calc_rdm(
                data, method="crossnobis", descriptor="condition", cv_descriptor="run", noise=given
            )
        assert rs.rdm_crossnobis(X, CONDITIONS, RUNS, precision=given) == pytest.approx(
            found.dissimilarities[0], rel=1e-9
        )


@pytest.mark.parametrize(("ours", "theirs"), [("rho_a", "rho-a"), ("whitened_pearson", "corr_cov")])
def test_comparators_are_those_of_rsatoolbox(ours: str, theirs: str) -> None:
    peer = rsatoolbox()
    a, b = (np.round(rs.rdm(RNG.normal(size=(9, 4))), 1) for _ in range(2))  # with ties
    expected = peer.rdm.compare(peer.rdm.RDMs(a[None]), peer.rdm.RDMs(b[None]), method=theirs)[0, 0]
    assert rs.compare_rdms(a, b, compare=ours, error=None).value == pytest.approx(expected, abs=1e-6)


def test_noise_makes_no_distance_and_gaps_are_averaged_over() -> None:
    noise = RNG.normal(size=(3000, 4))
    assert abs(rs.rdm_crossnobis(noise, np.tile(np.arange(3), 1000), np.repeat(np.arange(10), 300)).mean()) < 0.01
    kept = np.ones(40, dtype=bool)
    kept[(CONDITIONS == 2) & (RUNS == 1)] = False
    with pytest.raises(InputError, match=r"Fold 1 lacks condition number 2 \(1 such gaps\)"):
        rs.rdm_crossnobis(X[kept], CONDITIONS[kept], RUNS[kept])
    found = rs.rdm_crossnobis(X[kept], CONDITIONS[kept], RUNS[kept], unbalanced="pairs")
    means = {
        (r, c): X[kept & (r == RUNS) & (c == CONDITIONS)].mean(axis=0)
        for r in range(4)
        for c in range(5)
        if (r, c) != (1, 2)
    }
    away = {r: means[r, 0] - means[r, 2] for r in (0, 2, 3)}
    expected = np.mean([away[r] @ away[s] for r in away for s in away if r != s]) / 6
    assert found[1] == pytest.approx(expected)


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")  # the peer's own
@pytest.mark.parametrize("design", ["balanced", "unequal", "gaps", "other runs"])
def test_unbalanced_crossnobis_is_that_of_rsatoolbox(design: str) -> None:
    peer = rsatoolbox()
    kept = np.ones(40, dtype=bool)
    if design == "unequal":
        kept[[0, 3, 17, 18]] = False
    elif design == "gaps":
        kept[(CONDITIONS == 2) & (RUNS == 1)] = False
    elif design == "other runs":  # two conditions that never meet in a run
        kept[(CONDITIONS == 0) & (RUNS < 2)] = kept[(CONDITIONS == 1) & (RUNS >= 2)] = False
    points, conditions, runs = X[kept] + 1, CONDITIONS[kept], RUNS[kept]
    data = peer.data.Dataset(points, obs_descriptors={"condition": conditions, "run": runs})
    for precision in (None, rs.noise_precision(X)):
        expected = peer.rdm.calc_rdm_unbalanced(
            data, method="crossnobis", descriptor="condition", cv_descriptor="run", noise=precision
        )
        found = rs.rdm_crossnobis(points, conditions, runs, precision=precision, unbalanced="rsatoolbox")
        order = np.argsort(expected.pattern_descriptors["condition"])  # the peer's stand as they come
        theirs = expected.get_matrices()[0][np.ix_(order, order)][np.triu_indices(5, 1)]
        assert found == pytest.approx(theirs, rel=1e-9, abs=1e-9)
        shifted = rs.rdm_crossnobis(points + 5, conditions, runs, precision=precision, unbalanced="rsatoolbox")
        assert (np.abs(shifted - found).max() < 1e-6) == (design == "balanced")  # as documented
        if design == "balanced":
            assert found == pytest.approx(rs.rdm_crossnobis(points, conditions, runs, precision=precision))


def measured(seed: int, *, subjects: int = 8, conditions: int = 24) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    one, two = rng.normal(size=(2, conditions, 6))
    rdms = [rs.rdm(one + two + 0.5 * rng.normal(size=one.shape), metric="sqeuclidean") for _ in range(subjects)]
    return rdms, rs.rdm(one, metric="sqeuclidean"), rs.rdm(two, metric="sqeuclidean")


def test_models_beside_each_other_and_the_ceiling() -> None:
    rdms, one, two = measured(0)
    noise = rs.rdm(np.random.default_rng(9).normal(size=(24, 3)))
    found = rs.rsa_models(rdms, {"one": one, "noise": noise, "both": [one, two]}, draws=150)
    values = {name: model.value for name, model in found.models.items()}
    assert values["one"] == pytest.approx(np.mean([rs.compare_rdms(one, m, error=None).value for m in rdms]))
    assert values["both"] > values["one"] > values["noise"]
    assert found.models["one"].p_value < 0.05 < found.models["noise"].p_value
    assert found.ceiling[0] > values["one"]
    assert (found.weights["both"] > 0).all()
    assert list(found.to_frame()["model"]) == ["one", "noise", "both"]
    subjects = rs.rsa_models(rdms, {"one": one}, draws=150, over="subjects").models["one"]
    assert subjects.stderr < found.models["one"].stderr
    assert found.differences["one", "noise"].value == pytest.approx(values["one"] - values["noise"])


def test_bad_input_and_tables(tmp_path: Path) -> None:
    rdms, one, _ = measured(1, subjects=3)
    with pytest.raises(InputError, match=r"rdms of rsa_models must hold matrices of at least 2 subjects"):
        rs.rsa_models(rdms[:1], {"one": one})
    with pytest.raises(InputError, match=r"model 'one' of rsa_models must be of the 24 conditions"):
        rs.rsa_models(rdms, {"one": one[:3]})
    with pytest.raises(DegenerateDataError, match=r"covariance without an inverse"):
        rs.noise_precision(X[:4], method="full")
    with pytest.raises(InputError, match=r"folds of rdm_crossnobis must name at least 2 runs"):
        rs.rdm_crossnobis(X, CONDITIONS, np.zeros(40))
    with pytest.raises(InputError, match=r"Condition number 1 is in 1"):
        rs.rdm_crossnobis(X[:4], [0, 0, 1, 1], [0, 1, 2, 2], unbalanced="rsatoolbox")
    table = pd.DataFrame(X, columns=[f"v{i}" for i in range(6)]).assign(onset=0.0, trial_type=CONDITIONS, run=RUNS)
    table.to_csv(tmp_path / "events.tsv", sep="\t", index=False)
    held = rs.measurements_from_table(tmp_path / "events.tsv")
    assert rs.rdm_crossnobis(held.points, held.conditions, held.folds) == pytest.approx(
        rs.rdm_crossnobis(X, CONDITIONS, RUNS)
    )
    with pytest.raises(InputError, match=r"It lacks session"):
        rs.measurements_from_table(table, fold="session")


def test_bookkeeping_is_no_channel() -> None:
    noise = np.random.default_rng(0).normal(size=(24, 2))
    table = pd.DataFrame(
        {"onset": np.arange(24.0), "trial_type": list("abcd") * 6, "run": np.repeat([1, 2, 3], 8), "session": 1}
    ).assign(
        trial=np.arange(24),
        value=[11, 12, 13, 14] * 6,
        v1=noise[:, 0],
        v2=noise[:, 1],
        catch=[True, False, False] * 8,
        dead=0.0,
    )
    held = rs.measurements_from_table(table)
    assert held.channels == ("v1", "v2")
    assert held.left_out == ("onset", "session", "trial", "value", "catch", "dead")
    assert rs.measurements_from_table(table, channels=["value", "v1"]).channels == ("value", "v1")
    for name, column, said in (
        ("code", table["value"], "'code' is the same in all rows of every trial_type: it tells the condition"),
        ("day", table["run"] * 3, "'day' is the same in all rows of every run"),
        ("Nr", table["trial"] + 7, "'Nr' is a count of the rows"),
        ("Nr", np.tile(np.arange(8), 3), "'Nr' is a count of the rows"),
    ):
        with pytest.raises(InputError, match=f"channels of measurements_from_table must be given .* {said}"):
            rs.measurements_from_table(table.assign(**{name: column}))
    with pytest.raises(InputError, match=r"Got none. Left out: value; name them as channels="):
        rs.measurements_from_table(table[["trial_type", "run", "value"]])
    once = table[:4].assign(run=[1, 1, 2, 2])  # of every condition one row: nothing tells a code from a measurement
    assert rs.measurements_from_table(once[["trial_type", "run", "v1", "v2"]]).channels == ("v1", "v2")
