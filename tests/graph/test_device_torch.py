"""The engine on a torch device, run on torch's own processor device: the same certificate, the same answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscape.graph import _device_torch, _exact, _points
from repscape.machine import Crew
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS, gaussian


def solved(X, k, precision, *, queries=None):
    points = _points.read(X, "X", "test")
    asked = points if queries is None else _points.read(queries, "queries", "test")
    own = np.arange(points.n) if queries is None else np.full(asked.n, -1)
    problem = _exact.Problem(points, asked, own, k, Crew(1), 1024)
    frame = _exact.frame_of(problem)
    (values, ids), rows = _device_torch.solve(problem, frame, device="cpu", precision=precision)
    assert sum(rows.values()) == asked.n
    return ids, np.sqrt(values), rows


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("name", [name for name in SETS if name not in ("all-equal", "tiny", "huge")])
def test_hard_points(name, precision):
    X = SETS[name](700)
    ids, distances, _ = solved(X, 8, precision)
    assert_exact(X, ids, distances)


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_parts_and_small_sets(precision, monkeypatch):
    monkeypatch.setattr(_device_torch, "PART_ROWS", 37)
    monkeypatch.setattr(_device_torch, "QUERY_ROWS", 53)
    X = gaussian(210, 12)
    ids, distances, rows = solved(X, 9, precision)
    assert_exact(X, ids, distances)
    assert rows[precision] >= 0.95 * 210
    ids, distances, _ = solved(X, 5, precision, queries=X[:40] + 1)
    assert_exact(X, ids, distances, queries=X[:40] + 1)
    ids, distances, _ = solved(X[:6], 5, precision)
    assert_exact(X[:6], ids, distances)


def test_products_that_break_their_bound_are_caught(monkeypatch):
    def sloppy(a, b):
        return (a.float() @ b.float().T) * (1 + 0.05 * torch.randn((len(a), len(b))))

    monkeypatch.setattr(_device_torch, "_products", sloppy)
    X = gaussian(600, 16)
    ids, distances, rows = solved(X, 8, "float32")
    assert_exact(X, ids, distances)
    assert rows["float32"] == 600  # certified, but on the ladder of the processor


def test_gaussian_points_are_certified_in_bf16():
    _, _, rows = solved(gaussian(3000, 128), 20, "bf16")
    assert rows["bf16"] >= 0.99 * 3000
