"""Correlation dimension: by hand, against a peer, tiles, copies, its error, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import skdim

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, UnknownNameError
from repscape.measures.dimension import _id_correlation
from repscape.synthetic import torus


def cloud(n: int = 400, d: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_by_hand() -> None:
    # 0, 1, 3, 7, 8: nearest at 1, 1, 2, 1, 1 (median 1), third at 7, 6, 4, 6, 7 (median 6). Within 1: two pairs; within 6: 1,
    # 3, 2, 6, 4, 5, 1 and not 7, 8, 7: seven pairs.
    X = np.array([[0.0], [1.0], [3.0], [7.0], [8.0]])
    found = rs.id_correlation(X, ranks=(1, 3), radii=2)
    assert found.details["radii"].tolist() == [1, 6]
    assert found.details["pairs"].tolist() == [2, 7]
    assert found.details["correlation"].tolist() == [0.2, 0.7]
    assert found.value == pytest.approx(math.log(3.5) / math.log(6))
    assert found.details["slopes"] == pytest.approx([found.value])


@pytest.mark.parametrize("d", [2, 6])
def test_scikit_dimension_agrees(d: int) -> None:
    X = cloud(500, d)
    peer = skdim.id.CorrInt(k1=10, k2=20).fit(X).dimension_
    assert rs.id_correlation(X, radii=2).value == pytest.approx(
        peer, rel=1e-3
    )  # it leaves out pairs at the very radius


@pytest.mark.parametrize("d", [1, 2, 3])
def test_flat_manifold_without_boundary(d: int) -> None:
    assert rs.id_correlation(torus(3000, d)).value == pytest.approx(d, rel=0.04)


def test_tiles_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    X = cloud(500) + 1000
    whole = rs.id_correlation(X)
    monkeypatch.setattr(_id_correlation, "TILE", 64)
    assert rs.id_correlation(X).details["pairs"].tolist() == whole.details["pairs"].tolist()
    assert rs.id_correlation(X).stderr == pytest.approx(whole.stderr, rel=1e-12)
    distances = np.linalg.norm(X[:, None] - X, axis=2)[np.triu_indices(500, 1)]
    inside = [(distances <= r).sum() for r in whole.details["radii"]]
    assert np.abs(whole.details["pairs"] - inside).max() <= 1  # the pair that is the median itself


def test_copies_change_nothing() -> None:
    X = cloud(300)
    copied = rs.id_correlation(np.concatenate([X, X[:60]]))
    assert copied.value == pytest.approx(rs.id_correlation(X).value, rel=1e-12)
    assert (copied.n, copied.dropped) == (300, 60)


def test_slopes_show_where_scales_differ() -> None:
    # A line with noise: three-dimensional below the noise, one-dimensional above it.
    line = np.linspace(0, 30, 1500)[:, None] * np.array([1.0, 0, 0]) + np.random.default_rng(0).normal(
        scale=0.05, size=(1500, 3)
    )
    slopes = rs.id_correlation(line, ranks=(2, 40)).details["slopes"]
    assert slopes[0] > 2.2
    assert slopes[-1] < 1.4


@pytest.mark.parametrize("d", [2, 8])
def test_error_is_the_spread_over_fresh_samples(d: int) -> None:
    found = [rs.id_correlation(cloud(300, d, seed)) for seed in range(100)]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.stderr for one in found]) == pytest.approx(spread, rel=0.2)
    assert found[0].interval == pytest.approx(
        (found[0].value - 1.96 * found[0].stderr, found[0].value + 1.96 * found[0].stderr), rel=1e-3
    )
    assert np.std(found[0].replicates, ddof=1) == pytest.approx(found[0].stderr, rel=0.3)


def test_bad_input() -> None:
    X = cloud(50)
    with pytest.raises(
        DegenerateDataError, match=r"needs 60 distinct neighbours .*ranks=\(10, 60\).* Got 50 in 50 rows"
    ):
        rs.id_correlation(X, ranks=(10, 60))
    with pytest.raises(InputError, match=r"ranks\[1\] of id_correlation must be an int of at least 11. Got 10"):
        rs.id_correlation(X, ranks=(10, 10))
    with pytest.raises(InputError, match="ranks of id_correlation must be two whole numbers. Got 5"):
        rs.id_correlation(X, ranks=5)
    with pytest.raises(InputError, match="radii of id_correlation must be an int of at least 2. Got 1"):
        rs.id_correlation(X, radii=1)
    with pytest.raises(UnknownNameError, match="error of id_correlation"):
        rs.id_correlation(X, error="model")
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), axis=-1).reshape(-1, 2)
    with pytest.raises(DegenerateDataError, match="no range of radii: .* neighbours 1 and 2 are 1 and 1"):
        rs.id_correlation(grid, ranks=(1, 2))
