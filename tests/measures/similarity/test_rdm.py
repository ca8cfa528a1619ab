"""Dissimilarity matrices: scipy, near-duplicates, blocks, and rows without direction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist

import repscape as rs
from repscape.errors import InputError
from repscape.measures.similarity import _rdm

X = np.random.default_rng(0).normal(size=(50, 7)) + 100


@pytest.mark.parametrize("metric", _rdm.METRICS)
@pytest.mark.parametrize("block", [1 << 22, 60])
def test_scipy(metric: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rdm, "BLOCK", block)
    assert rs.rdm(X, metric=metric) == pytest.approx(pdist(X, metric), rel=1e-8, abs=1e-15)
    assert rs.rdm(X.T, metric=metric, axis="units") == pytest.approx(pdist(X, metric), rel=1e-8, abs=1e-15)


def test_near_duplicates_keep_their_digits() -> None:
    near = np.vstack([X[0], X[0] * (1 + 1e-9 * np.arange(7)), X[1:5], X[0]])
    assert rs.rdm(near, metric="euclidean")[0] == pytest.approx(np.linalg.norm(near[0] - near[1]), rel=1e-6)
    unit = near / np.linalg.norm(near, axis=1, keepdims=True)
    assert rs.rdm(near)[0] == pytest.approx(np.sum((unit[0] - unit[1]) ** 2) / 2, rel=1e-5)
    assert rs.rdm(near)[5] == 0


def test_rows_without_direction_are_refused() -> None:
    with pytest.raises(InputError, match=r"Row 2 is one \(1 in all\)"):
        rs.rdm(np.where(np.arange(50)[:, None] == 2, 0, X))
    with pytest.raises(InputError, match="equal entries"):
        rs.rdm(np.where(np.arange(50)[:, None] == 2, 0.1, X), metric="correlation")
    assert rs.rdm(X * 1e-200).max() == pytest.approx(rs.rdm(X).max())
