"""Wide points seen along few axes: what is certified there holds for the points, whatever the axes and whoever multiplies."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from repscape.graph import _candidates_torch, _choose_axes, _exact, _leading, _points, _trial, knn_graph
from repscape.graph._audit import POISON
from repscape.graph._candidates_numpy import NumpyProducts
from repscape.graph._certify import Frame
from repscape.machine import Crew
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS
from tests.graph.test_few import FAILURES

INNER = {
    "float32": lambda d: NumpyProducts("float32", d),
    "float64": lambda d: NumpyProducts("float64", d),
    "int8": _candidates_torch.ByteProducts,
    "bf16": _candidates_torch.Bf16Products,
}
DIRECTLY_OR_BELOW = ("all equal", "tiny", "huge")  # no frame


def concentrated(n, d, *, power=0.9):
    """Rows whose spread falls along turned axes, far from 0."""
    rng = np.random.default_rng(d)
    turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
    return ((rng.normal(size=(n, d)) * np.arange(1, d + 1) ** -power) @ turn + 3).astype(np.float32)


def solved(X, k, m, precision):
    """Neighbours by products along m axes, then float32; and who certified how many."""
    points = _points.read(X, "X", "test")
    problem = _exact.Problem(points, points, np.arange(points.n), k, Crew(2), 1024)
    frame = _exact.frame_of(problem)
    axes = _leading.along(points, frame, _leading.principal(points, frame, m))
    products = _leading.LeadingProducts(INNER[precision](len(axes.rows) + 1), axes)
    rung = _trial.tried(problem, frame, products, most=points.n).rung
    ladder = [rung, (NumpyProducts("float32", points.d), _trial.margin(k, points.n))]
    (values, ids), certified = _exact.solve(problem, frame, ladder)
    return ids, np.sqrt(values), certified


@pytest.mark.parametrize("precision", INNER)
@pytest.mark.parametrize("name", [name for name in SETS if name not in DIRECTLY_OR_BELOW])
def test_every_row_of_hard_points_is_exact(name, precision, monkeypatch):
    monkeypatch.setenv(POISON, "1")
    X = SETS[name](300)
    ids, distances, _ = solved(X, 8, max(1, X.shape[1] // 2), precision)
    assert_exact(X, ids, distances)


@pytest.mark.parametrize("precision", INNER)
@pytest.mark.parametrize("make", FAILURES)
def test_public_failures_of_others(make, precision):
    X = make(300)
    ids, distances, _ = solved(X, 20, 40, precision)
    assert_exact(X, ids, distances)


@pytest.mark.parametrize("precision", INNER)
@pytest.mark.parametrize("m", [8, 64, 199])
def test_points_that_spread_along_few_axes_are_certified_there(m, precision):
    X = concentrated(600, 200)
    ids, distances, certified = solved(X, 10, m, precision)
    assert_exact(X, ids, distances)
    assert certified[f"{precision}, {m} axes"] >= 0.98 * len(X)


@pytest.mark.parametrize("within", [True, False])
def test_no_difference_is_lengthened(within):
    """Also of points that have nothing beyond the axes, where the length of the rest is all cancellation."""
    rng = np.random.default_rng(0)
    X = concentrated(80, 120).astype(np.float64) / 40
    frame = Frame(np.zeros(120), 1.0)
    rows = np.linalg.qr(rng.normal(size=(120, 12)))[0].T
    if within:
        X = X @ rows.T @ rows
    axes = _leading.Axes.of(rows * (1 + 1e-10))
    seen, astray, size = axes.along(X)
    np.testing.assert_allclose(size, (X * X).sum(1), rtol=1e-14)
    assert 1e-10 < axes.skew < 1e-8
    assert (astray < 1e-4 * np.sqrt(size)).all()
    true = np.linalg.norm(X[:, None].astype(np.longdouble) - X, axis=2)
    far = np.linalg.norm(seen[:, None].astype(np.longdouble) - seen, axis=2)
    assert (far <= true + astray[:, None] + astray).all()
    assert np.median(far / np.where(true > 0, true, 1)) > 0.2
    assert frame.moved(X) is not X


def test_axes_that_are_not_orthonormal_are_not_taken():
    rows = np.eye(5, 20)
    assert _leading.Axes.of(rows) is not None
    rows[1, 0] = 1e-6
    assert _leading.Axes.of(rows) is None


@pytest.mark.parametrize("lie", [np.zeros_like, np.negative, lambda out: out[::-1].copy(), lambda out: out * np.nan])
def test_a_library_that_turns_wrongly_is_not_believed(lie, monkeypatch, caplog):
    caplog.set_level(logging.WARNING, logger="repscape")
    honest, turn = _leading._multiply, iter(range(1000))

    def multiply(a, b, out):
        honest(a, b, out)
        if next(turn) >= 2:  # what follows the making of the axes
            out[...] = lie(out)

    monkeypatch.setattr(_leading, "_multiply", multiply)
    X = concentrated(300, 200)
    ids, distances, certified = solved(X, 10, 32, "float32")
    assert_exact(X, ids, distances)
    assert certified["float32, 32 axes"] == 300  # taken by loops of our own
    assert "float64 products on this machine missed their error bound" in caplog.text


def test_axes_are_chosen_where_points_concentrate_and_only_there(monkeypatch):
    monkeypatch.setattr(_choose_axes, "WORTH_AXES", 0)
    monkeypatch.setattr(_choose_axes, "WIDE", 200)
    monkeypatch.setattr(_choose_axes, "AXES", (16, 32, 64))
    monkeypatch.setattr(_choose_axes, "COMPARED", 1)  # few points are dear to compare beside their products
    monkeypatch.setattr(_choose_axes, "TESTED", 1)
    monkeypatch.setattr(_trial, "seconds", lambda *_, **__: 1.0)
    wide = concentrated(2500, 240, power=1.5)
    graph = knn_graph(wide, 5)
    assert [name for name in graph.certificate if "axes" in name]
    assert_exact(wide, graph.indices, graph.distances)
    even = np.random.default_rng(0).normal(size=(2500, 240)).astype(np.float32)
    assert knn_graph(even, 5).certificate == {"float32": 1.0}
