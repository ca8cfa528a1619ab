"""Errors at any number of examples, of unrelated representations, and none where none is known to hold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import repscape as rs

FloatArray = np.ndarray


def related(n: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(n, 4))
    return np.tanh(hidden) + 0.3 * rng.normal(size=(n, 4)) + 0.2, hidden @ rng.normal(size=(4, 5)) + rng.normal(
        size=(n, 5)
    )


@pytest.mark.parametrize(
    "measure",
    [
        rs.sim_shape, rs.sim_distance_correlation, rs.sim_jaccard, rs.sim_rank, rs.sim_bures, rs.sim_second_order, rs.sim_match,
        rs.sim_gulp, rs.sim_eigenspace, rs.sim_uniformity, rs.sim_concentricity, rs.sim_predictivity, rs.sim_cycle_knn,
        rs.sim_magnitude, rs.sim_imd, rs.sim_permutation,
    ],
)  # fmt: skip
def test_every_similarity_has_an_error_that_pairs(measure: Callable[..., rs.Estimate]) -> None:
    found = measure(*related(320))
    assert found.stderr > 0
    assert found.interval[0] <= found.value <= found.interval[1]
    assert found.replicates.std(ddof=1) == pytest.approx(found.stderr, rel=0.3)


def test_parts_depend_on_n_alone_so_that_differences_pair() -> None:
    X, Y = related(320)
    one, other = rs.sim_jaccard(X, Y), rs.sim_jaccard(X, Y, rng=7)
    np.testing.assert_array_equal(one.replicates, other.replicates)
    layers = {"a": X, "b": Y, "c": Y[:, :3]}
    plan = rs.Plan(measures=["sim_jaccard"], profiles=["next"])
    found = rs.run(layers, plan).differences("sim_jaccard")
    assert (found["stderr"] > 0).all()


def test_none_where_parts_do_not_show_it() -> None:
    assert rs.sim_idcor(*related(40)).stderr is None
    X = np.random.default_rng(0).normal(size=(120, 3))
    assert all(one.stderr is None for one in (rs.id_ess(X), rs.id_mom(X), rs.id_mada(X), rs.id_mle(X, average="mean")))
    assert rs.id_mle(X).stderr > 0 < rs.id_ess(X, error="sandwich").stderr


def test_tied_distances_are_said_and_have_no_error() -> None:
    counts = np.random.default_rng(0).poisson(2, size=(300, 8)).astype(float)
    tied = rs.id_correlation(counts)
    assert tied.stderr is None
    assert "tie" in tied.options["ties"]
    apart = rs.id_correlation(counts + np.random.default_rng(1).uniform(-0.3, 0.3, size=counts.shape))
    assert apart.stderr > 0
    assert "ties" not in apart.options


@pytest.mark.parametrize("measure", [rs.sim_cka, rs.sim_procrustes, rs.sim_distance_correlation, "pca"])
def test_unrelated_representations_are_not_given_too_wide_an_error(measure: Callable[..., rs.Estimate] | str) -> None:
    found = []
    for seed in range(120):
        X, Y = np.random.default_rng(seed).normal(size=(2, 150, 8))
        found.append(rs.id_pca(X) if isinstance(measure, str) else measure(X, Y))
    ratio = np.sqrt(np.mean([one.stderr**2 for one in found])) / np.std([one.value for one in found], ddof=1)
    assert 0.8 < ratio < 1.35  # 1.5 to 1.85 where the noise of pairs is counted for either
