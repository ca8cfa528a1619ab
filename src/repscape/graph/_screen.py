"""Candidates through products: every pair of points is multiplied once, and each row keeps what may be among its nearest.

Tiles stay in cache; each thread has its own tile and single-threaded products; a block of rows is locked only while a tile
is scanned into its buffers. Points that are not held in memory come part by part.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..machine import Crew
from . import _kernels_screen
from ._audit import Audit
from ._certify import Encoded, Frame, Products
from ._points import Points

TILE = 1024  # rows of a tile at most: float32 tiles of this size fill 4 MiB
ENCODE_ENTRIES = 1 << 17  # of rows encoded in one step: what is computed of them stays in cache
HEAD_START = 2048  # columns drawn to set the first floors


@dataclass(frozen=True, slots=True)
class Buffers:
    """Candidates of m rows. Everything that was discarded for a row scored at most its floor."""

    scores: npt.NDArray[Any]
    ids: npt.NDArray[np.int32]
    count: npt.NDArray[np.int64]
    floor: npt.NDArray[Any]
    keep: int
    spare: int

    @classmethod
    def empty(cls, rows: int, keep: int, dtype: np.dtype[Any]) -> Buffers:
        """Buffers for that many rows, which keep at least `keep` candidates each."""
        spare = 4 + keep // 16
        width = buffer_width(keep)
        return cls(
            np.empty((rows, width), dtype),
            np.empty((rows, width), np.int32),
            np.zeros(rows, np.int64),
            np.full(rows, -np.inf, dtype),
            keep,
            spare,
        )

    @property
    def width(self) -> int:
        """Room for candidates of a row."""
        return int(self.scores.shape[1])


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a thread needs for one tile."""

    tile: Any
    marks: npt.NDArray[np.uint8]
    hits: npt.NDArray[np.int64]
    need: npt.NDArray[Any]

    @classmethod
    def of(cls, products: Products, rows: int) -> Workspace:
        """Room for tiles of rows x rows."""
        words = -(-rows // 8) * 8
        return cls(
            products.tile(rows),
            np.zeros(words, np.uint8),
            np.empty(words + 8, np.int64),
            np.empty(rows, products.dtype),
        )


def buffer_width(keep: int) -> int:
    """Room for candidates of a row: some in excess of those to keep, so that buffers are seldom cut back."""
    return keep + keep // 4 + 32


def tile_rows(n: int, threads: int) -> int:
    """Rows of a tile: large for speed, small enough that every thread has work."""
    rows = TILE
    while rows > 128 and n < 4 * rows * threads:
        rows //= 2
    return rows


def encode(points: Points, frame: Frame, products: Products, *, start: int, stop: int, crew: Crew | None) -> Encoded:
    """Encode rows start to stop."""
    found = Encoded.room(products, start=start, rows=stop - start)
    step = max(1, ENCODE_ENTRIES // points.d)

    def work(low: int, _: None) -> None:
        high = min(low + step, stop)
        found.part(low - start, high - start).fill(points.block(low, high), frame, products)

    if crew is None:  # already in a thread of its own
        for low in range(start, stop, step):
            work(low, None)
    else:
        crew.map(work, range(start, stop, step), what="encoding")
    return found


def among_themselves(points: Points, frame: Frame, audit: Audit, *, keep: int, part_rows: int, crew: Crew) -> Buffers:
    """Screen all pairs of the points."""
    products = audit.products
    found = Buffers.empty(points.n, keep, products.dtype)
    size = tile_rows(points.n, crew.threads)
    own = np.arange(points.n)
    locks = [threading.Lock() for _ in range(0, points.n, size)]

    def work(pair: tuple[Encoded, Encoded], space: Workspace) -> None:
        a, b = pair
        tile = audit.multiply(a, b, space.tile)
        both = a.start != b.start
        with ExitStack() as held:
            for block in sorted({a.start // size, b.start // size}):
                held.enter_context(locks[block])
            _push(found, tile, (a, b), both=both, own=own, space=space)

    if products.cheap and points.n >= 8 * HEAD_START:
        _head_start(points, frame, audit, found, crew)
    for a, b in _part_pairs(points, frame, products, part_rows, crew):
        pairs = list(_tile_pairs(a, b, size))
        crew.map(work, pairs, what=products.name, workspace=lambda: Workspace.of(products, size))
    return found


def of_queries(
    points: Points,
    queries: Points,
    frame: Frame,
    *,
    audit: Audit,
    own: npt.NDArray[np.int64],
    keep: int,
    part_rows: int,
    crew: Crew,
) -> Buffers:
    """Screen all pairs of a query and a point; own[q] is the point that query q leaves out, or -1."""
    products = audit.products
    found = Buffers.empty(queries.n, keep, products.dtype)
    asked = encode(queries, frame, products, start=0, stop=queries.n, crew=crew)
    size = tile_rows(queries.n, crew.threads)
    for start in range(0, points.n, part_rows):
        part = encode(points, frame, products, start=start, stop=min(start + part_rows, points.n), crew=crew)

        def work(first: int, space: Workspace, part: Encoded = part) -> None:
            a = asked.part(first, first + size)
            for low in range(0, len(part.bias), size):
                b = part.part(low, low + size)
                tile = audit.multiply(a, b, space.tile)
                _push(found, tile, (a, b), both=False, own=own, space=space)
                crew.check()

        crew.map(
            work,
            range(0, queries.n, size),
            what=products.name,
            workspace=lambda: Workspace.of(products, size),
        )
    return found


def _push(
    found: Buffers, tile: npt.NDArray[Any], sides: tuple[Encoded, Encoded], *, both: bool, own: Any, space: Workspace
) -> None:
    """Take from a tile what may be among the nearest of its rows, and with `both` of its columns."""
    a, b = sides
    marks = space.marks[: -(-len(b.bias) // 8) * 8]  # in whole words
    buffers = (found.scores, found.ids, found.count, found.floor, found.keep, found.spare)
    _kernels_screen.scan(
        tile, a.bias, b.bias, a.start, b.start, both, own, *buffers, space.need, marks, space.hits
    )  # fmt: skip


def _head_start(points: Points, frame: Frame, audit: Audit, found: Buffers, crew: Crew) -> None:
    """Raise the floors at once to where they will stay, as a sample of the columns tells: most pushes are spared.

    A floor may come out too high for a row; its certificate then fails, and the next rung takes it.
    """
    products = audit.products
    drawn = points.take(np.sort(np.random.default_rng(0).choice(points.n, HEAD_START, replace=False)))
    sample = encode(drawn, frame, products, start=0, stop=drawn.n, crew=crew)
    expected = found.keep * HEAD_START / points.n
    rank = int(expected + 4 * expected**0.5) + 3  # four standard errors of a drawn count, and the point itself

    def work(start: int, room: Any) -> None:
        a = encode(points, frame, products, start=start, stop=min(start + TILE, points.n), crew=None)
        _kernels_screen.raise_floors(audit.multiply(a, sample, room), a.bias, sample.bias, start, found.floor, rank)

    crew.map(work, range(0, points.n, TILE), what=products.name, workspace=lambda: products.tile(HEAD_START))


def _part_pairs(
    points: Points, frame: Frame, products: Products, part_rows: int, crew: Crew
) -> Iterator[tuple[Encoded, Encoded]]:
    """Each pair of parts once; two parts are held at a time."""
    starts = range(0, points.n, part_rows)
    for i, start in enumerate(starts):
        a = encode(points, frame, products, start=start, stop=min(start + part_rows, points.n), crew=crew)
        yield a, a
        for other in starts[i + 1 :]:
            yield a, encode(points, frame, products, start=other, stop=min(other + part_rows, points.n), crew=crew)


def _tile_pairs(a: Encoded, b: Encoded, size: int) -> Iterator[tuple[Encoded, Encoded]]:
    """Each pair of blocks once, along diagonals and every other block first, so that threads rarely want the same block."""
    rows, cols = -(-len(a.bias) // size), -(-len(b.bias) // size)
    same = a.start == b.start
    for shift in range(cols // 2 + 1 if same else cols):
        for i in (*range(0, rows, 2), *range(1, rows, 2)):
            j = (i + shift) % cols
            if same and 2 * shift == cols and i >= j:
                continue  # half-way round, each pair comes twice
            yield a.part(i * size, (i + 1) * size), b.part(j * size, (j + 1) * size)
