"""Point sets made to break a neighbour search, one for each seed: `python -m tests.graph.attack 2000` runs as many.

Each is searched by a way drawn for it (precision, device, threads, tiles, blocks, many graphs at once, queries, ranks), half of
them with tiles poisoned before each product (all of them where REPSCAPE_POISON=1 is set), and every row is held against a full
sort. No honest product may be suspected.
"""

from __future__ import annotations

import collections
import logging
import os
import sys
import time
from unittest import mock

import numpy as np

from repscape import knn_graphs
from repscape.graph import _device_torch, _exact, _points, _screen, knn_graph, knn_query, neighbor_ranks
from repscape.graph._audit import POISON
from repscape.machine import Crew


def shape(rng, *, most=420):
    """Mostly small and narrow, sometimes the edges of tiles and of the lanes of a processor."""
    n = int(rng.choice([3, 4, 5, 9, 31, 64, 127, 128, 129, 257, int(rng.integers(3, most))]))
    return n, int(rng.choice([1, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 64, 70, int(rng.integers(1, 200))]))


def gaussian(rng, n, d):
    return rng.normal(size=(n, d))


def duplicates(rng, n, d):
    return rng.normal(size=(max(1, n // int(rng.integers(1, 9))), d))[
        rng.integers(0, max(1, n // 9), size=n) % max(1, n // 9)
    ]


def all_equal(rng, n, d):
    return np.full((n, d), rng.normal())


def all_equal_but_one(rng, n, d):
    X = np.full((n, d), 1 / 3)
    X[rng.integers(n), rng.integers(d)] += 10.0 ** rng.integers(-16, 16)
    return X


def huge(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** rng.integers(20, 150)


def overflowing(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** rng.integers(150, 300)


def tiny(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** -float(rng.integers(20, 150))


def denormal(rng, n, d):
    return rng.integers(-1000, 1000, size=(n, d)) * 5e-324 * 2.0 ** float(rng.integers(0, 40))


def denormal_floats(rng, n, d):
    return (rng.integers(-1000, 1000, size=(n, d)) * np.float64(1e-45)).astype(np.float32)


def scales_of_rows(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** rng.integers(-12, 13, size=(n, 1))


def scales_of_columns(rng, n, d):
    return rng.normal(size=(n, d)) * 10.0 ** rng.integers(-12, 13, size=d)


def one_hot(rng, n, d):
    return np.eye(max(d, 1))[rng.integers(0, d, size=n)] * rng.choice([1.0, 0.1, 1e6])


def sparse(rng, n, d):
    return rng.normal(size=(n, d)) * (rng.random((n, d)) < 0.05)


def integers(rng, n, d):
    return rng.integers(-3, 4, size=(n, d)).astype(rng.choice(["i1", "i4", "i8", "f4", "f8"]))


def tenths(rng, n, d):
    """Ties of the mind that rounding parts."""
    return rng.integers(-5, 6, size=(n, d)) * 0.1


def constant_columns(rng, n, d):
    X = rng.normal(size=(n, d))
    X[:, :: int(rng.integers(1, 3))] = 7.7e3
    return X


def near_ties(rng, n, d):
    """Points on a sphere around the first, their distances equal but for the last bits."""
    X = rng.normal(size=(n, d))
    X /= np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-9)
    X[0] = 0
    return X * (1 + 2.0**-50 * rng.integers(-2, 3, size=(n, 1)))


def knots(rng, n, d):
    centres = rng.normal(size=(3, d)) * 1e3
    return centres[rng.integers(0, 3, size=n)] + 10.0 ** -float(rng.integers(3, 14)) * rng.normal(size=(n, d))


def far_from_zero(rng, n, d):
    return rng.normal(size=(n, d)) + 10.0 ** rng.integers(3, 15)


def line(rng, n, d):
    return np.linspace(0, 1, n)[:, None] ** float(rng.integers(1, 5)) * rng.normal(size=d)


def mirrored(rng, n, d):
    half = rng.normal(size=(n - n // 2, d))
    return np.concatenate([half, -half[: n // 2]])


def heavy_tails(rng, n, d):
    return rng.standard_cauchy(size=(n, d)) ** 3


def one_outlier(rng, n, d):
    X = rng.normal(size=(n, d))
    X[rng.integers(n)] *= 10.0 ** rng.integers(3, 30)
    return X


def halves(rng, n, d):
    return rng.normal(size=(n, d)).astype(np.float16)


def signs(rng, n, d):
    return rng.choice([-1.0, 1.0, 0.0, -0.0], size=(n, d))


MAKERS = (
    gaussian, duplicates, all_equal, all_equal_but_one, huge, overflowing, tiny, denormal, denormal_floats, scales_of_rows,
    scales_of_columns, one_hot, sparse, integers, tenths, constant_columns, near_ties, knots, far_from_zero, line, mirrored,
    heavy_tails, one_outlier, halves, signs,
)  # fmt: skip


WAYS = ("float32", "float64", "int8", "bf16", "auto", "device float32", "device bf16", "query", "many", "ranks")


def squares_between(X, queries):
    """(m, n) squared distances by differences in float64."""
    gaps = np.asarray(queries, np.float64)[:, None, :] - np.asarray(X, np.float64)[None]
    with np.errstate(over="ignore", under="ignore"):
        return np.einsum("qjt,qjt->qj", gaps, gaps)


def exact_sums(X):
    """Whether no sum of squares is rounded, so that ties are ties to the last bit."""
    wide = np.asarray(X, np.float64)
    return bool((wide == np.rint(wide)).all() and np.abs(wide).max() < 2**20)


def assert_right(X, queries, own, indices, distances):
    """Every row against a full sort: the same but where squares differ by less than rounding."""
    assert ((indices >= 0) & (indices < len(X))).all(), "no neighbour"
    squares = squares_between(X, queries)
    squares[np.arange(len(own))[own >= 0], own[own >= 0]] = np.nan  # sorted to the end
    order = np.argsort(squares, axis=1, kind="stable")[:, : indices.shape[1]]
    expected = np.take_along_axis(squares, order, 1)
    ours = np.take_along_axis(squares, np.asarray(indices, np.int64), 1)
    # Sums in another order differ by d 2^-52 relative; squares below the smallest normal number by its last place each.
    slack = np.where(
        np.isfinite(expected), X.shape[1] * (2.0**-52 * np.where(np.isfinite(expected), expected, 0) + 2.0**-1073), 0
    )
    with np.errstate(invalid="ignore"):
        same = (ours == expected) | (np.abs(ours - expected) <= slack)
    assert same.all(), "wrong neighbour"
    if exact_sums(X) and exact_sums(queries):
        assert (indices == order).all(), "ties are not in the order of the index"
    ordered = np.sort(indices, axis=1)
    assert (ordered[:, 1:] != ordered[:, :-1]).all(), "a neighbour comes twice"
    root = np.sqrt(expected)
    with np.errstate(invalid="ignore"):
        near = (distances == root) | (np.abs(distances**2 - expected) <= 4 * slack + 1e-15 * root**2)
    assert near.all(), "wrong distance"


def on_device(X, k, precision):
    points = _points.read(X, "X", "attack")
    problem = _exact.Problem(points, points, np.arange(points.n), k, Crew(1), 1024)
    frame = _exact.frame_of(problem)
    if frame is None:
        return None
    (values, ids), _ = _device_torch.solve(problem, frame, device="cpu", precision=precision)
    return ids, np.sqrt(values)


class Listener(logging.Handler):
    """Hears what the engine logs as a warning."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.heard = []

    def emit(self, record):
        self.heard.append(record.getMessage())


def attack(seed):
    """Search one set; return (kind of points, way). Raises where a row is wrong or an honest product is suspected."""
    rng = np.random.default_rng([seed, 7])
    maker = MAKERS[seed % len(MAKERS)]
    X = maker(rng, *shape(rng))
    k = int(rng.choice([1, len(X) - 1, min(len(X) - 1, int(rng.integers(1, 40)))]))
    way = str(
        rng.choice(
            ["float32", "float64", "int8", "bf16", "auto", "device float32", "device bf16", "query", "many", "ranks"]
        )
    )
    threads = int(rng.integers(1, 3))
    drawn = str(int(rng.integers(2)))
    patches = [mock.patch.dict(os.environ, {POISON: os.environ.get(POISON, drawn)})]
    if rng.random() < 0.3:  # several tiles, a head start, and points read block by block
        size = int(rng.choice([32, 64]))
        patches += [mock.patch.object(_screen, name, size) for name in ("TILE", "HEAD_START")]
    if rng.random() < 0.2:
        X = np.asfortranarray(X) if rng.random() < 0.5 else X[::-1]
    listener = Listener()
    logger = logging.getLogger("repscape")
    logger.addHandler(listener)
    for patch in patches:
        patch.start()
    try:
        before = X.copy()
        search(X, k, way, threads=threads, rng=rng)
        assert np.array_equal(X, before), "the points were written to"
    finally:
        for patch in reversed(patches):
            patch.stop()
        logger.removeHandler(listener)
    assert not listener.heard, listener.heard
    return maker.__name__, way


def search(X, k, way, *, threads, rng):
    """Search and check."""
    own = np.arange(len(X))
    if way == "ranks":
        m = min(len(X) - 1, 4)
        given = (own[:, None] + rng.permutation(np.arange(1, len(X)))[:m]) % len(X)
        ranks, _ = neighbor_ranks(X, given, function="attack", threads=threads)
        graph = knn_graph(X, len(X) - 1, threads=1, precision="float64")
        place = np.argmax(graph.indices[:, None, :] == given[:, :, None], axis=2) + 1
        assert rank_agrees(X, given, ranks, place), "wrong rank"
    elif way == "query":
        queries = np.concatenate([np.asarray(X[: len(X) // 2 + 1]), np.asarray(X[:1])])
        found = knn_query(X, queries, k, precision=str(rng.choice(["float32", "int8", "bf16"])), threads=threads)
        assert_right(X, queries, np.full(len(queries), -1), *found)
    elif way == "many":
        for graph in knn_graphs([X, X], k, threads=threads):
            assert_right(X, X, own, graph.indices, graph.distances)
    elif way.startswith("device"):
        found = on_device(np.ascontiguousarray(X), k, way.removeprefix("device "))
        if found is not None:
            assert_right(X, X, own, *found)
    else:
        graph = knn_graph(X, k, precision=way, threads=threads)
        assert_right(X, X, own, graph.indices, graph.distances)
        assert abs(sum(graph.certificate.values()) - 1) < 1e-9


def rank_agrees(X, given, ranks, place):
    """Equal, or apart by points whose squares differ by less than rounding."""
    squares = squares_between(X, X)
    for i, r in np.argwhere(ranks != place):
        mine = squares[i, given[i, r]]
        slack = X.shape[1] * (2.0**-52 * mine + 2.0**-1073) if np.isfinite(mine) else 0
        low, high = sorted((ranks[i, r], place[i, r]))
        order = np.sort(np.delete(squares[i], i))[low - 1 : high]
        if np.abs(order - mine).max() > slack:
            return False
    return True


def main():
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    begun, kinds, ways = time.monotonic(), collections.Counter(), collections.Counter()
    for seed in range(first, first + total):
        try:
            kind, way = attack(seed)
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        kinds[kind] += 1
        ways[way] += 1
    sys.stdout.write(f"{total} sets, every row right, {time.monotonic() - begun:.0f} s\n{dict(kinds)}\n{dict(ways)}\n")


if __name__ == "__main__":
    main()
