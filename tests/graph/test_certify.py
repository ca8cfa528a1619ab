"""The bound: true for every pair, and a broken one does not go unnoticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repscape.graph import _audit, _candidates_numpy, _candidates_torch, _certify, _exact, _points, knn_graph
from repscape.graph._candidates_numpy import NumpyProducts
from repscape.graph._certify import Bound, Encoded, Frame
from repscape.machine import Crew
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS, gaussian

MAKERS = {
    "float32": lambda d: NumpyProducts("float32", d),
    "float64": lambda d: NumpyProducts("float64", d),
    "int8": _candidates_torch.ByteProducts,
    "bf16": _candidates_torch.Bf16Products,
}


def problem_of(X, k):
    points = _points.read(X, "X", "test")
    return _exact.Problem(points, points, np.arange(points.n), k, Crew(1), 1024)


@pytest.mark.parametrize("precision", MAKERS)
@pytest.mark.parametrize("name", [name for name in SETS if name not in ("all-equal", "tiny", "huge")])
def test_the_bound_holds_for_every_pair(name, precision):
    X = np.asarray(SETS[name](210), dtype=np.float64)
    frame = _exact.frame_of(problem_of(X, 3))
    products = MAKERS[precision](X.shape[1])
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    for ease in (2.0**-12, 2.0**-6, 0.4):
        eased = products.eased(ease)
        encoded = Encoded.of(X, frame, eased)
        tile = eased.multiply(encoded, encoded, eased.tile(len(X)))
        score = tile.astype(np.float64) - encoded.bias[:, None] - encoded.bias[None]
        assert (-eased.bound.shrink(frame.scale, X.shape[1]) * score <= squares).all()


def test_the_bound_is_near_enough_to_be_of_use():
    X = gaussian(300, 128).astype(np.float64)
    frame = _exact.frame_of(problem_of(X, 3))
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=2)
    pairs = ~np.eye(300, dtype=bool)
    for precision, slack in (("float64", 1e-11), ("float32", 1e-4), ("bf16", 0.03), ("int8", 0.12)):
        products = MAKERS[precision](128).eased(2.0**-6 if precision == "int8" else 2.0**-9)
        encoded = Encoded.of(X, frame, products)
        score = products.multiply(encoded, encoded, products.tile(300)) - encoded.bias[:, None] - encoded.bias[None]
        least = -products.bound.shrink(frame.scale, 128) * score
        assert ((squares - least)[pairs] / squares[pairs]).max() < slack


class Sloppy:
    """Products whose error is a thousand times what their bound says."""

    def multiply(self, a, b, room):
        out = np.asarray(a.rows @ b.rows.T)
        noise = np.random.default_rng(0).normal(size=out.shape).astype(out.dtype)
        room.reshape(-1)[: out.size] = (out * (1 + 3e-2 * noise)).ravel()
        return room.reshape(-1)[: out.size].reshape(out.shape)


def test_products_that_break_their_bound_are_caught_and_not_used(monkeypatch):
    X = gaussian(1500, 32)
    monkeypatch.setattr(_candidates_numpy.NumpyProducts, "multiply", Sloppy.multiply)
    graph = knn_graph(X, 10, precision="float32", threads=1)
    assert graph.certificate["float32"] == 0
    assert graph.certificate["direct"] == 1
    assert_exact(X, graph.indices, graph.distances)


def test_a_bound_that_claims_too_much_is_seen_by_the_oracle(monkeypatch):
    """Sloppy products, the audit switched off: now the oracle must find wrong rows."""
    X = gaussian(1500, 32)
    monkeypatch.setattr(_candidates_numpy.NumpyProducts, "multiply", Sloppy.multiply)
    monkeypatch.setattr(_audit.Audit, "note", lambda *_: None)
    graph = knn_graph(X, 10, precision="float32", threads=1)
    assert graph.certificate["float32"] > 0.5
    with pytest.raises(AssertionError):
        assert_exact(X, graph.indices, graph.distances)


def test_an_honest_bound_for_sloppy_products_gives_exact_rows(monkeypatch):
    X = gaussian(1500, 32)
    monkeypatch.setattr(_candidates_numpy.NumpyProducts, "multiply", Sloppy.multiply)
    monkeypatch.setattr(
        _candidates_numpy.NumpyProducts, "bound", property(lambda _: Bound(product=0.2, unit=2.0**-24, ease=2.0**-20))
    )
    graph = knn_graph(X, 10, precision="float32", threads=1)
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("precision", ["float32", "int8", "bf16"])
def test_gaussian_points_are_certified_at_the_first_precision(precision):
    certificate = knn_graph(gaussian(4000, 256), 30, precision=precision).certificate
    assert certificate[precision] >= 0.99


def test_rows_that_fail_are_counted():
    X = SETS["knot"](1300)
    certificate = knn_graph(X, 10, precision="float32").certificate
    assert certificate["float32"] == pytest.approx(0.5, abs=0.1)
    assert certificate["direct"] == pytest.approx(0.5, abs=0.1)


def test_frames_that_would_leave_float64_are_refused():
    centre = np.zeros(2)
    assert Frame.around(centre, 0.0) is None
    assert Frame.around(centre, 1e-200) is None
    assert Frame.around(centre, 1e200) is None
    assert Frame.around(centre, 3.0) == Frame(centre, 0.25)


def test_long_sums_have_no_bound():
    assert _certify.summation(10, 2.0**-24) == pytest.approx(12 * 2.0**-24, rel=1e-5)
    assert _certify.summation(2**24, 2.0**-24) == np.inf


def test_bias_is_rounded_down():
    bound = Bound(product=0.0, unit=0.0, ease=0.5)
    measured = np.array([[1.0 / 3], [0.0], [2.0 / 3]])
    assert bound.bias(measured, np.float32)[0] < 1.0 / 3
    assert replace(bound, product=0.5).bias(measured, np.float32)[0] == pytest.approx(1.0 / 6, rel=1e-6)


def test_a_floor_never_falls():
    """Entries that came in before the floor rose may lie below it; compacting them must not lower it again."""
    scores = np.r_[np.full(50, 1.0), np.linspace(-2, -1, 14)][None].astype(np.float32)
    ids, count, floor = np.arange(64, dtype=np.int32)[None], np.array([64]), np.array([-np.inf], np.float32)
    _exact._kernels_screen.compact(scores, ids, count, floor, 0, 16, 4)
    assert floor[0] == 1.0
    assert 16 <= count[0] <= 20
    scores[0, count[0] :] = -1.5  # as pushed by a test against the floor of before
    count[0] = 64
    _exact._kernels_screen.compact(scores, ids, count, floor, 0, 16, 4)
    assert floor[0] == 1.0
    assert (scores[0, :16] == 1.0).all()
