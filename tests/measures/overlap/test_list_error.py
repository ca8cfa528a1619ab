"""The error of overlaps that count by rank, by order or with ties, against their spread over fresh samples."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import GraphDepthError

ORDERED = ("overlap_rbo", "overlap_lcs", "overlap_edit")


def test_errors_are_the_spread_over_fresh_samples() -> None:
    values: dict[str, list[float]] = {}
    errors: dict[str, list[float]] = {}
    for run in range(150):
        rng = np.random.default_rng(run)
        X = rng.normal(size=(300, 4))
        g, h = (rs.knn_graph(X + 0.2 * rng.normal(size=X.shape), 60) for _ in range(2))
        error = "auto" if run < 40 else None  # they differ little; how far the values spread takes more samples
        found = {name: getattr(rs, name)(g, h, k=20, error=error) for name in ORDERED}
        found["overlap_values"] = rs.overlap_values(g, np.round(X[:, 0], 2), k=20, error=error)
        for name, one in found.items():
            values.setdefault(name, []).append(one.value)
            if error:
                assert one.options["error"] == "influence"
                errors.setdefault(name, []).append(one.stderr)
    for name in values:
        assert np.mean(errors[name]) / np.std(values[name], ddof=1) == pytest.approx(1, abs=0.22), name


def test_a_shallow_graph_has_the_sandwich_and_says_so() -> None:
    X = np.random.default_rng(0).normal(size=(100, 3))
    g, h = rs.knn_graph(X, 20), rs.knn_graph(X[:, :2], 20)
    for name in ORDERED:
        assert getattr(rs, name)(g, h).options["error"] == "sandwich"
        with pytest.raises(GraphDepthError, match="about 37 neighbours where k = 20"):
            getattr(rs, name)(g, h, error="influence")
    assert rs.overlap_values(g, X[:, 0], k=20).options["error"] == "sandwich"
    with pytest.raises(GraphDepthError, match="Got 20"):
        rs.overlap_values(g, X[:, 0], k=20, error="influence")


def test_lists_that_agree_wholly_have_no_error() -> None:
    g = rs.knn_graph(np.random.default_rng(0).normal(size=(200, 3)), 60)
    for name in ORDERED:
        found = getattr(rs, name)(g, g, k=20)
        assert (found.value, found.stderr) == pytest.approx((1.0, 0.0), abs=1e-12)
        assert found.interval == pytest.approx((1.0, 1.0))
