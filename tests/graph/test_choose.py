"""Which products are used, and what a small graph must not load."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from repscape.graph import _candidates_torch, _choose, _exact, _points, _trial
from repscape.machine import Crew
from tests.graph.point_sets import gaussian


def problem(X, k):
    points = _points.read(X, "X", "test")
    return _exact.Problem(points, points, np.arange(points.n), k, Crew(1), 1 << 20)


def names(X, k, precision):
    asked = problem(X, k)
    return [(products.name, keep) for products, keep in _choose.ladder(asked, _exact.frame_of(asked), precision)]


def test_small_inputs_take_float32():
    assert names(gaussian(2000, 32), 10, "auto") == [("float32", 28)]


def test_forced_precisions():
    X = gaussian(2000, 32)
    assert names(X, 10, "float64") == [("float64", 28)]
    assert names(X, 10, "float32") == [("float32", 28)]
    for short in ("int8", "bf16"):
        rungs = names(X, 10, short)
        assert [name for name, _ in rungs] == [short, "float32"]
        assert 28 <= rungs[0][1] <= 266


def test_sums_that_might_leave_their_type_are_not_taken(monkeypatch):
    """More than 133,152 products of two bytes may leave 32 bits."""
    monkeypatch.setattr(_candidates_torch, "MOST_FEATURES", 31)
    assert [name for name, _ in names(gaussian(500, 31), 5, "int8")] == ["int8", "float32"]
    assert [name for name, _ in names(gaussian(500, 32), 5, "int8")] == ["float32"]
    assert [name for name, _ in names(gaussian(500, 32), 5, "bf16")] == ["bf16", "float32"]


def test_short_products_are_not_taken_where_memory_is_short(monkeypatch):
    asked = problem(gaussian(3000, 64), 10)
    monkeypatch.setattr(_choose, "WORTH_A_TRIAL", 0)
    monkeypatch.setattr(_choose, "WORTH_AN_IMPORT", 0)
    monkeypatch.setattr(_choose, "_processor", lambda: {"avx512vnni": True})
    assert _choose._may_pay(asked)
    monkeypatch.setattr(_choose, "memory_available", lambda: 1 << 29)
    assert not _choose._may_pay(asked)


def test_a_million_points_keep_as_many_candidates_as_memory_allows(monkeypatch):
    """Rows of normal numbers need up to 70 of them in 8-bit integers, of 64 features and k = 30."""
    points = _points.Points(None, 10**6, 64, np.dtype(np.float32))
    asked = _exact.Problem(points, points, np.arange(0), 30, Crew(1), 1 << 20)
    bytes_ = _candidates_torch.ByteProducts(64)
    for free, most in ((8 << 30, 124), (1 << 30, 53)):
        monkeypatch.setattr(_trial, "memory_available", lambda free=free: free)
        assert _trial._most_candidates(asked, bytes_) == most


def test_faster_products_are_tried_and_taken(monkeypatch):
    monkeypatch.setattr(_choose, "_may_pay", lambda _: True)
    monkeypatch.setattr(_choose, "_faster", lambda _: ("int8",))
    assert [name for name, _ in names(gaussian(3000, 64), 10, "auto")] == ["int8", "float32"]


def test_products_too_coarse_for_the_points_are_not_taken(monkeypatch):
    monkeypatch.setattr(_choose, "_may_pay", lambda _: True)
    monkeypatch.setattr(_choose, "_faster", lambda _: ("int8",))
    rng = np.random.default_rng(0)
    # Two far clusters: one step of the integers is wider than either of them.
    rogue = rng.normal(size=(3000, 64)) + np.where(np.arange(3000) % 2, 1e5, 0)[:, None] * rng.normal(size=64)
    assert [name for name, _ in names(rogue, 10, "auto")] == ["float32"]


def test_the_next_products_are_tried_where_the_fastest_are_too_coarse(monkeypatch):
    monkeypatch.setattr(_choose, "_may_pay", lambda _: True)
    monkeypatch.setattr(_choose, "_faster", lambda _: ("int8", "bf16"))
    tried = _trial.tried
    monkeypatch.setattr(
        _trial,
        "tried",
        lambda asked, frame, products: replace(tried(asked, frame, products), certifies=products.name != "int8"),
    )
    assert [name for name, _ in names(gaussian(3000, 64), 10, "auto")] == ["bf16", "float32"]


def test_faster_products_are_measured():
    faster = _choose._faster(256)
    assert set(faster) <= {"bf16", "int8"}
    assert len(set(faster)) == len(faster)


def test_small_graphs_load_nothing_heavy():
    code = """
import sys, numpy as np
from repscape.graph import knn_graph
knn_graph(np.random.default_rng(0).normal(size=(5000, 64)), 10)
heavy = {"torch", "pandas", "xarray", "matplotlib", "zarr", "sklearn"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("k", [1, 10, 100])
def test_margin_never_exceeds_the_points(k):
    assert _trial.margin(k, 40) <= 40
    assert _trial.margin(k, 10_000) > k
