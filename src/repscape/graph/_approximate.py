"""Graphs whose neighbours a library proposes and nobody certifies: compared exactly, and with a recall that was measured.

The exact engine costs 2 n^2 d operations. Where that is too much, candidates come from nearest-neighbour descent; their
distances are computed exactly and ordered as everywhere, so that a row whose neighbours were all found is what the exact
engine gives. How many are missing is not known but estimated: some rows, drawn at random, are searched exactly.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import numpy.typing as npt

from ..errors import needs_extra
from ..machine import Crew, single_threaded_products
from . import _choose, _direct, _exact, _kernels, _kernels_screen, _trial
from ._exact import Problem
from ._points import Points
from ._searched import Searched

SEARCHED = 1000  # rows searched exactly
SEED = 0
RERANK_ROWS = 1024
PART_ROWS = 1 << 16
SAME = 1e-12  # relative: two ways of summing one distance
FloatArray = npt.NDArray[np.float64]


def nearest(points: Points, k: int, crew: Crew) -> tuple[_direct.Found, Searched]:
    """Return (compared values, indices) of the neighbours that were found, and what exactly searched rows say of them."""
    from ._candidates_pynndescent import descended

    keep = min(_trial.margin(k, points.n), points.n - 1)
    rows = _held(points)
    _say(crew, 0, "candidates")
    found = descended(rows, keep, threads=crew.threads, seed=SEED)
    values, ids = _compared(points, found, k, crew)
    return (values, ids), _searched(points, values, k, crew)


def check_library() -> None:
    """Say what is missing, before anything is read."""
    if importlib.util.find_spec("pynndescent") is None:
        raise needs_extra("method='approximate'", "pynndescent", "approximate")


def _held(points: Points) -> npt.NDArray[np.float32]:
    """All rows in float32, as the library wants them."""
    out = np.empty((points.n, points.d), np.float32)
    for start, block in points.blocks():
        out[start : start + len(block)] = block
    return out


def _say(crew: Crew, done: int, what: str) -> None:
    if crew.progress is not None:
        crew.progress(done, 1, what)


def _compared(points: Points, found: npt.NDArray[np.int32], k: int, crew: Crew) -> _direct.Found:
    """Compare candidates exactly; a row with too few of them goes through all points."""
    n = points.n
    ids = np.where(found == np.arange(n)[:, None], -1, found)
    order = np.argsort(ids < 0, axis=1, kind="stable")
    ids = np.ascontiguousarray(np.take_along_axis(ids, order, axis=1), dtype=np.int32)
    count = (ids >= 0).sum(axis=1)
    scores = np.zeros(ids.shape, np.float32)  # no bound: all are compared
    values, nearest = _direct.heaps(n, k)

    def work(start: int, _: None) -> None:
        part = slice(start, min(start + RERANK_ROWS, n))
        held = points.block(part.start, part.stop)
        for first, block in points.blocks():
            _kernels_screen.rerank(
                held, block, first, scores[part], ids[part], count[part], 1.0, values[part], nearest[part]
            )
            crew.check()
        _kernels.sort_heaps(values[part], nearest[part])

    crew.map(work, range(0, n, RERANK_ROWS), what="exact distances")
    few = np.flatnonzero(count < k)
    if len(few):
        values[few], nearest[few] = _direct.nearest(points, points.take(few), k, own=few, kind=0, crew=crew)
    return values, nearest


def _searched(points: Points, values: FloatArray, k: int, crew: Crew) -> Searched:
    """Search some rows exactly, and count how many of their neighbours the graph has.

    A neighbour counts by its distance: of points equally far any will do.
    """
    rows = np.sort(np.random.default_rng(SEED).choice(points.n, min(points.n, SEARCHED), replace=False))
    problem = Problem(points, points.take(rows), rows, k, crew, PART_ROWS)
    frame = _exact.frame_of(problem)
    with single_threaded_products():
        ladder = [] if frame is None else _choose.ladder(problem, frame, "float32")
        (exact, _), _ = _exact.solve(problem, frame, ladder)
    exact *= 1 + SAME
    pairs = zip(values[rows], exact, strict=True)
    within = np.array([np.searchsorted(mine, true, side="right") for mine, true in pairs])
    depth = np.arange(1, k + 1)
    share = np.minimum(within, depth) / depth
    left = 1 - len(rows) / points.n  # of all rows nothing is left to chance
    error = share.std(axis=0, ddof=1) / np.sqrt(len(rows)) * np.sqrt(left)
    return Searched(len(rows), share.mean(axis=0), error)
