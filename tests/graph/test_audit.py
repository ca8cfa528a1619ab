"""Products that lie: whatever a library writes, or leaves unwritten, no wrong neighbour comes out with a certificate."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from repscape.graph import (
    _audit,
    _candidates_torch,
    _device_torch,
    _exact,
    _points,
    knn_graph,
    knn_query,
    neighbor_ranks,
)
from repscape.graph._audit import POISON, Audit
from repscape.graph._candidates_numpy import NumpyProducts
from repscape.graph._certify import Encoded, Frame
from repscape.machine import Crew
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import SETS, gaussian

MAKERS = {
    "float32": lambda d: NumpyProducts("float32", d),
    "float64": lambda d: NumpyProducts("float64", d),
    "int8": _candidates_torch.ByteProducts,
    "bf16": _candidates_torch.Bf16Products,
}
CLASSES = {
    "float32": NumpyProducts,
    "float64": NumpyProducts,
    "int8": _candidates_torch.ByteProducts,
    "bf16": _candidates_torch.Bf16Products,
}
EVERY_D = (*range(1, 71), *range(127, 131))
SHAPES = ((1, 1), (1, 9), (9, 1), (2, 2), (17, 33), (64, 64), (65, 130))


# ---- every kernel writes all it should, in every shape


@pytest.mark.parametrize("precision", MAKERS)
def test_every_kernel_writes_every_tile(precision):
    for d in EVERY_D:
        products = MAKERS[precision](d)
        X = np.random.default_rng(d).normal(size=(195, d))
        rows = Encoded.of(X, Frame(np.zeros(d), 0.125), products)
        room = products.tile(130)
        for height, width in SHAPES:
            a, b = rows.part(0, height), rows.part(65, 65 + width)
            products.poison(room)
            tile = products.multiply(a, b, room)
            assert np.isfinite(tile).all(), (d, height, width)
            assert _audit.missed(tile, a, b, products=products) == 0, (d, height, width)


@pytest.mark.parametrize("precision", MAKERS)
def test_a_poisoned_tile_passes_no_check(precision):
    products = MAKERS[precision](5)
    rows = Encoded.of(gaussian(30, 5), Frame(np.zeros(5), 0.125), products)
    room = products.tile(30)
    products.multiply(rows, rows, room)  # memory that would fit
    products.poison(room)
    lazy = SimpleNamespace(bound=products.bound, plain=products.plain)
    tiles = (
        [room]
        if isinstance(room, np.ndarray)
        else [np.asarray(part.float() if part is room[0] else part) for part in room]
    )
    for tile in tiles:
        assert _audit.missed(tile.reshape(30, 30), rows, rows, products=lazy) == 30 * (1 + _audit.DRAWN)


@pytest.mark.parametrize("precision", MAKERS)
def test_poisoned_graphs_are_right_and_certified(precision, monkeypatch, caplog):
    monkeypatch.setenv(POISON, "1")
    for d in EVERY_D:
        X = gaussian(140, d)
        graph = knn_graph(X, 5, precision=precision, threads=1)
        assert graph.certificate[precision] >= 0.8, d  # what fails is points too near for 8 bits, not the products
        assert_exact(X, graph.indices, graph.distances)
    assert not caplog.records


@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_the_device_path_writes_every_tile(precision, monkeypatch):
    monkeypatch.setenv(POISON, "1")
    for d in (*range(1, 17), *range(127, 131)):
        X = gaussian(140, d)
        ids, distances, certified = on_device(X, 5, precision)
        assert certified[precision] >= 0.8 * 140, d
        assert_exact(X, ids, distances)


def test_points_of_one_feature_in_eight_bits():
    X = np.random.default_rng(0).permutation(3000).astype(np.float32)[:, None]
    for _ in range(3):
        graph = knn_graph(X, 3, precision="int8")
        assert_exact(X, graph.indices, graph.distances)


def test_products_that_torch_leaves_unwritten_are_found(monkeypatch):
    """Rows of one integer, not filled up: torch 2.13 writes nothing, and what lay in memory is read."""
    monkeypatch.setattr(_candidates_torch, "WORD", 1)
    X = gaussian(3000, 1)
    graph = knn_graph(X, 3, precision="int8")
    assert_exact(X, graph.indices, graph.distances)


# ---- lies


def swapped_rows(tile, _):
    tile[[0, len(tile) // 2]] = tile[[len(tile) // 2, 0]]


def swapped_columns(tile, _):
    tile[:, [1, tile.shape[1] // 2]] = tile[:, [tile.shape[1] // 2, 1]]


def wrong_block(tile, _):
    tile[-16:, -16:] = tile[:16, :16].copy()


def zeroed_block(tile, _):
    tile[5:21, :16] = 0


def scaled(factor):
    def lie(tile, _):
        tile *= factor

    return lie


def shifted(tile, _):
    tile[:] = np.roll(tile, 1, axis=1)


def stale(tile, before):
    if before is not None and before.shape == tile.shape:
        tile[:] = before


def filled(value):
    def lie(tile, _):
        tile[:] = value

    return lie


def unwritten_edge(tile, _):
    tile[:, -3:] = -np.inf


def one_entry(tile, _):
    nearest = np.unravel_index(np.argmax(tile), tile.shape)
    tile[nearest] = -tile[nearest]


LIES = {
    "swapped rows": swapped_rows,
    "swapped columns": swapped_columns,
    "wrong block": wrong_block,
    "zeroed block": zeroed_block,
    "halved": scaled(0.5),
    "two percent less": scaled(0.98),
    "doubled": scaled(2.0),
    "negative": scaled(-1.0),
    "shifted": shifted,
    "stale": stale,
    "zeros": filled(0.0),
    "not numbers": filled(np.nan),
    "far away": filled(-np.inf),
    "very near": filled(np.inf),
    "unwritten edge": unwritten_edge,
}


class Liar:
    """Multiplies, then lies in the tiles whose turn it is."""

    def __init__(self, honest, lie, *, only=None):
        self.honest, self.lie, self.only = honest, lie, only
        self.turn, self.before = 0, None

    def __call__(self, products, a, b, *room):
        tile = self.honest(products, a, b, *room)
        held = tile.numpy() if isinstance(tile, torch.Tensor) else tile
        true = held.copy()
        if self.only is None or self.turn == self.only:
            self.lie(held, self.before)
        self.turn += 1
        self.before = true
        return tile

    def as_method(self):
        return lambda products, a, b, room: self(products, a, b, room)


def on_device(X, k, precision):
    points = _points.read(X, "X", "test")
    problem = _exact.Problem(points, points, np.arange(points.n), k, Crew(1), 1024)
    (values, ids), rows = _device_torch.solve(problem, _exact.frame_of(problem), device="cpu", precision=precision)
    return ids, np.sqrt(values), rows


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("precision", MAKERS)
def test_a_lie_is_caught_and_the_rows_are_right(precision, lie, monkeypatch, caplog):
    X = gaussian(500, 24)
    monkeypatch.setattr(CLASSES[precision], "multiply", Liar(CLASSES[precision].multiply, LIES[lie]).as_method())
    graph = knn_graph(X, 8, precision=precision, threads=1)
    assert_exact(X, graph.indices, graph.distances)
    assert graph.certificate[precision] == 0
    assert f"{precision} products on this machine missed their error bound" in caplog.text


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_lie_of_a_device_is_caught(precision, lie, monkeypatch, caplog):
    X = gaussian(500, 24)
    monkeypatch.setattr(_device_torch, "QUERY_ROWS", 128)
    monkeypatch.setattr(_device_torch, "PART_ROWS", 128)
    honest = _device_torch._products
    liar = Liar(lambda _, a, b: honest(a, b), LIES[lie])
    monkeypatch.setattr(_device_torch, "_products", lambda a, b: liar(None, a, b))
    ids, distances, certified = on_device(X, 8, precision)
    assert_exact(X, ids, distances)
    assert certified.get("bf16", 0) == 0
    assert f"{precision} products on this machine missed their error bound" in caplog.text


@pytest.mark.parametrize("only", [0, 3, 9])
@pytest.mark.parametrize("lie", ["wrong block", "swapped rows", "stale", "one entry"])
@pytest.mark.parametrize("precision", MAKERS)
def test_a_lie_in_one_tile_is_caught(precision, lie, only, monkeypatch):
    X = gaussian(500, 24)
    told = one_entry if lie == "one entry" else LIES[lie]
    liar = Liar(CLASSES[precision].multiply, told, only=only + 1)
    monkeypatch.setattr(CLASSES[precision], "multiply", liar.as_method())
    graph = knn_graph(X, 8, precision=precision, threads=1)
    assert liar.turn > only
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("lie", ["halved", "zeros", "not numbers", "swapped rows", "wrong block"])
def test_a_lie_on_the_last_rung_is_caught(lie, monkeypatch, caplog):
    """Points too near for float32 go to float64 products; where those lie, every pair is compared."""
    X = SETS["knot"](400)
    liar = Liar(NumpyProducts.multiply, LIES[lie])
    honest = NumpyProducts.multiply
    monkeypatch.setattr(
        NumpyProducts,
        "multiply",
        lambda self, a, b, room: (liar if self.name == "float64" else honest)(self, a, b, room),
    )
    graph = knn_graph(X, 8, precision="float32", threads=1)
    assert liar.turn > 0
    assert graph.certificate["direct"] > 0.4
    assert "float64 products" in caplog.text
    assert_exact(X, graph.indices, graph.distances)


@pytest.mark.parametrize("lie", ["halved", "zeros", "not numbers", "stale"])
def test_queries_are_checked_too(lie, monkeypatch):
    X, queries = gaussian(500, 24), gaussian(300, 24)[:200] + 0.5
    monkeypatch.setattr(NumpyProducts, "multiply", Liar(NumpyProducts.multiply, LIES[lie]).as_method())
    ids, distances = knn_query(X, queries, 6, precision="float32", threads=1)
    assert_exact(X, ids, distances, queries=queries)


@pytest.mark.parametrize("lie", LIES)
def test_ranks_are_checked_too(lie, monkeypatch, caplog):
    X = gaussian(300, 12)
    given = np.random.default_rng(0).permuted(np.tile(np.arange(300), (300, 1)), axis=1)[:, :4]
    given = np.where(given == np.arange(300)[:, None], (given + 1) % 300, given)
    right = neighbor_ranks(X, given, function="test")
    assert not caplog.records
    monkeypatch.setattr(NumpyProducts, "multiply", Liar(NumpyProducts.multiply, LIES[lie]).as_method())
    told = neighbor_ranks(X, given, function="test")
    np.testing.assert_array_equal(told, right)
    assert "float64 products" in caplog.text or lie == "stale"  # one tile only: there is none before it


@pytest.mark.parametrize("lie", ["halved", "zeros", "stale", "wrong block", "swapped rows"])
def test_without_the_audit_lies_would_be_believed(lie, monkeypatch):
    """The tests above can fail: deaf to the audit, some rows come out wrong."""
    X = gaussian(500, 24)
    monkeypatch.setattr(NumpyProducts, "multiply", Liar(NumpyProducts.multiply, LIES[lie]).as_method())
    monkeypatch.setattr(Audit, "note", lambda *_: None)
    graph = knn_graph(X, 8, precision="float32", threads=1)
    assert graph.certificate["float32"] > 0.9
    with pytest.raises(AssertionError):
        assert_exact(X, graph.indices, graph.distances)


def test_honest_products_are_never_suspected(caplog):
    """Rounding all in one direction, huge and tiny rows together, columns of nothing: no false alarm."""
    caplog.set_level(logging.WARNING)
    rng = np.random.default_rng(3)
    sets = [
        np.full((300, 40), 1 / 3) + np.eye(300, 40) * 1e-3,
        rng.normal(size=(300, 30)) * 10.0 ** rng.integers(-8, 8, size=(300, 1)),
        np.abs(rng.normal(size=(300, 700))) ** 5,
        np.where(rng.random((300, 50)) < 0.02, 1.0, 0.0) + 1e-6 * rng.random((300, 50)),
        *(np.asarray(make(210)) for make in SETS.values()),
    ]
    for X in sets:
        for precision in MAKERS:
            knn_graph(X, 4, precision=precision, threads=1)
        on_device(X, 4, "bf16") if _exact_frame(X) else None
    assert not caplog.records


def _exact_frame(X):
    points = _points.read(X, "X", "test")
    return _exact.frame_of(_exact.Problem(points, points, np.arange(points.n), 4, Crew(1), 1024))


def test_torch_tensors_hold_what_is_read_back():
    """The bits of bf16 rows, read without torch, are the numbers that torch multiplies."""
    products = _candidates_torch.Bf16Products(7)
    rows = Encoded.of(gaussian(11, 7), Frame(np.zeros(7), 0.125), products)
    bits, step = products.plain(rows.rows)
    back = np.array([[_audit._kernels_audit.decoded(x) for x in row] for row in bits])
    np.testing.assert_array_equal(back, rows.rows.to(torch.float64).numpy())
    assert (step == 1).all()
