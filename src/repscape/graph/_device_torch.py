"""The engine on a torch device: the same bound, the same certificate, the same answers.

Points are sent and encoded once where the device has room for them, and stay there. Queries are taken some thousand at a time
against parts of them; the best `keep` scores of each are held from part to part, compared exactly in float64 on the device,
and certified as on the processor. Rows that are not go on to the ladder of `_exact`. A device builds one graph at a time.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from . import _direct, _exact
from ._audit import DRAWN, allowance, poisoned, warn, weights_of
from ._candidates_numpy import NumpyProducts
from ._certify import Bound, Frame, length, measured, summation
from ._direct import Found
from ._exact import Problem
from ._points import Points

QUERY_ROWS = 8192
PART_ROWS = 32768
COMPARE_BYTES = 1 << 29  # of float64 differences at a time
UNIT = 2.0**-24


@dataclass(frozen=True, slots=True)
class Side:
    """Encoded rows on the device."""

    rows: torch.Tensor
    """(m, d) float32 or bfloat16."""
    bias: torch.Tensor
    """(m,) float32, b of `_certify`."""
    norm: torch.Tensor
    """(m,) float64, the length of each row, rounded up."""
    start: int
    """Place of the first row."""


@functools.cache
def _turn(device: str) -> threading.Lock:
    """Layers wait for one another: together they would only fight over its memory."""
    return threading.Lock()


def solve(problem: Problem, frame: Frame, *, device: str, precision: str) -> tuple[Found, dict[str, int]]:
    """Return the neighbours and how many rows each precision certified."""
    where = torch.device(device)
    with _turn(f"{where.type}:{where.index or 0}"):
        return _solve(problem, frame, where, precision)


def _solve(problem: Problem, frame: Frame, where: torch.device, precision: str) -> tuple[Found, dict[str, int]]:
    name = {"auto": "bf16" if where.type == "cuda" else "float32"}.get(precision, precision)
    name = name if name in ("bf16", "float32") else "float32"
    dtype = torch.bfloat16 if name == "bf16" else torch.float32
    bound = _bound(problem.points.d, dtype, where)
    keep = min(problem.points.n, 2 * problem.k + 64 if name == "bf16" else problem.k + 8 + problem.k // 16)
    values, ids = _direct.heaps(problem.queries.n, problem.k)
    sure = np.zeros(problem.queries.n, np.bool_)
    missed = 0
    exact = _Stored(problem.points, where)
    there = Frame(torch.from_numpy(frame.centre).to(where), frame.scale)
    parts = _Parts(problem.points, _Encoder(there, bound, dtype, where))
    for start in range(0, problem.queries.n, QUERY_ROWS):
        rows = slice(start, min(start + QUERY_ROWS, problem.queries.n))
        scores, candidates, lies = _screened(problem, parts, rows, keep)
        queries = torch.from_numpy(problem.queries.block(rows.start, rows.stop)).to(where)
        least = -bound.shrink(frame.scale, problem.points.d) * scores.double()
        found, order, sound = _compared(exact, queries, candidates, least, problem.k)
        values[rows], ids[rows] = found.cpu().numpy(), order.cpu().numpy()
        complete = keep == problem.points.n
        missed += lies + (0 if sound else 1)
        sure[rows] = complete | (values[rows, -1] < least[:, -1].cpu().numpy())
        if problem.crew.progress is not None:
            problem.crew.progress(rows.stop, problem.queries.n, name)
    warn(name, missed)
    if missed:
        sure[:] = False
    certified = {name: int(sure.sum())}
    left = np.flatnonzero(~sure)
    if len(left):
        ladder = [(NumpyProducts("float32", problem.points.d), min(problem.points.n, keep))]
        (values[left], ids[left]), more = _exact.solve(problem.of(left), frame, ladder)
        certified = {way: certified.get(way, 0) + more.get(way, 0) for way in (*certified, *more)}
    return (values, ids), certified


def _bound(features: int, dtype: torch.dtype, where: torch.device) -> Bound:
    product = summation(2 * features, UNIT) + summation(features, 2.0**-53)
    if where.type == "cuda" and torch.get_float32_matmul_precision() != "highest":
        product += 2.0**-8  # products of float32 may then be taken with 10 bits
    return Bound(product=product, unit=UNIT, ease=2.0**-9 if dtype == torch.bfloat16 else UNIT**0.75)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """How rows come onto the device."""

    frame: Frame
    bound: Bound
    dtype: torch.dtype
    where: torch.device

    def __call__(self, points: Points, rows: slice) -> Side:
        moved = self.frame.moved(torch.from_numpy(points.block(rows.start, rows.stop)).to(self.where).double())
        kept = moved.to(self.dtype)
        known = [each.cpu().numpy() for each in measured(moved, kept.double())]
        bias, norm = self.bound.bias(known, np.dtype(np.float32)), length(known[0])
        return Side(kept, torch.from_numpy(bias).to(self.where), torch.from_numpy(norm).to(self.where), rows.start)


class _Parts:
    """The points in parts, each encoded once where all of them fit on the device, else whenever it is needed."""

    def __init__(self, points: Points, encoder: _Encoder) -> None:
        self.points, self.encoder = points, encoder
        held = points.n * (points.d * encoder.dtype.itemsize + 12)
        self._kept: dict[int, Side] | None = {} if _fits(held, encoder.where) else None

    def __iter__(self) -> Iterator[Side]:
        for first in range(0, self.points.n, PART_ROWS):
            yield self._at(first)

    def _at(self, first: int) -> Side:
        rows = slice(first, min(first + PART_ROWS, self.points.n))
        if self._kept is None:
            return self.encoder(self.points, rows)
        if first not in self._kept:
            self._kept[first] = self.encoder(self.points, rows)
        return self._kept[first]


def _fits(size: int, where: torch.device) -> bool:
    """Whether so many bytes may stay on the device for as long as a graph takes."""
    return where.type == "cpu" or size < torch.cuda.mem_get_info(where)[0] // 3


def _products(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    out = torch.empty((len(a), len(b)), device=a.device)
    if poisoned():
        out.fill_(torch.nan)
    if a.dtype == torch.float32:
        return torch.mm(a, b.T, out=out)
    if a.device.type == "cuda":
        return torch.mm(a, b.T, out_dtype=torch.float32, out=out)
    return torch.mm(a.float(), b.float().T, out=out)  # the same: products of bf16 are exact in float32


def _missed(tile: torch.Tensor, a: Side, b: Side, bound: Bound) -> int:
    """As `_audit.missed`, on the device; sums of entries, no product of matrices."""
    width = len(b.norm)
    weights = torch.from_numpy(weights_of(width)).to(tile.device)
    own, relative, absolute, tiny = allowance(bound, np.float32, features=a.rows.shape[1], width=width)
    step = max(1, COMPARE_BYTES // (16 * max(width, a.rows.shape[1])))
    parts = range(0, width, step)
    fold = sum((b.rows[i : i + step].double() * weights[i : i + step, None]).sum(0) for i in parts)
    drawn = torch.from_numpy(np.random.default_rng([a.start, b.start]).integers(width, size=(DRAWN, len(tile))))
    drawn = drawn.to(tile.device)
    found = torch.zeros((), dtype=torch.int64, device=tile.device)
    for start in range(0, len(tile), step):
        part = slice(start, start + step)
        g, rows, norm = tile[part].double(), a.rows[part].double(), a.norm[part]
        slack = relative * (g.abs() * weights).sum(1) + (absolute + own) * norm * (b.norm * weights).sum()
        slack += tiny * weights.sum()
        found += _beyond((g * weights).sum(1) - (rows * fold).sum(1), slack)
        for place in drawn[:, part]:
            one = torch.gather(g, 1, place[:, None])[:, 0]
            slack = relative * one.abs() + (absolute + own) * norm * b.norm[place] + tiny
            found += _beyond(one - (rows * b.rows[place].double()).sum(1), slack)
    return int(found)


def _beyond(error: torch.Tensor, slack: torch.Tensor) -> torch.Tensor:
    """How many errors are larger than allowed, or no numbers."""
    return (~((error.abs() <= slack) & (slack < torch.inf))).sum()


def _screened(problem: Problem, parts: _Parts, rows: slice, keep: int) -> tuple[torch.Tensor, torch.Tensor, int]:
    """The best `keep` scores of each query, best first, and their points; nothing that was left out scores more.

    And how often the products missed their bound.
    """
    where, bound = parts.encoder.where, parts.encoder.bound
    a = parts.encoder(problem.queries, rows)
    own = torch.from_numpy(problem.own[rows]).to(where)
    best = torch.full((len(own), 0), 0.0, device=where)
    ids = torch.zeros((len(own), 0), dtype=torch.int64, device=where)
    missed = 0
    for b in parts:
        first, stop = b.start, b.start + len(b.rows)
        tile = _products(a.rows, b.rows)
        missed += _missed(tile, a, b, bound)
        scores = tile.sub_(b.bias).sub_(a.bias[:, None])
        inside = torch.nonzero((own >= first) & (own < stop)).squeeze(1)
        scores[inside, own[inside] - first] = -torch.inf
        top, place = torch.topk(scores, min(keep, stop - first), dim=1)
        best, ids = torch.cat([best, top], 1), torch.cat([ids, place + first], 1)
        best, order = torch.topk(best, min(keep, best.shape[1]), dim=1)
        ids = torch.gather(ids, 1, order)
    return best, ids, missed


class _Stored:
    """The points on the device where they fit there, else gathered from memory."""

    def __init__(self, points: Points, where: torch.device) -> None:
        self._points = points
        self._where = where
        fits = _fits(points.n * points.d * points.dtype.itemsize, where)
        whole = points.whole
        self._there = torch.from_numpy(whole).to(where) if whole is not None and fits else None

    def at(self, ids: torch.Tensor) -> torch.Tensor:
        """Rows of the points, (..., d)."""
        if self._there is not None:
            return self._there[ids]
        distinct, place = np.unique(ids.cpu().numpy(), return_inverse=True)
        rows = torch.from_numpy(self._points.take(distinct).block(0, len(distinct)))
        return rows.to(self._where)[torch.from_numpy(place.reshape(ids.shape)).to(self._where)]


def _compared(
    exact: _Stored, queries: torch.Tensor, candidates: torch.Tensor, least: torch.Tensor, k: int
) -> tuple[torch.Tensor, torch.Tensor, bool]:
    """Squared differences in float64 of the k nearest candidates, their indices, and whether all kept to the bound."""
    candidates, order = torch.sort(candidates, dim=1)
    least = torch.gather(least, 1, order)
    step = max(1, COMPARE_BYTES // (8 * candidates.shape[1] * queries.shape[1]))
    values = torch.empty_like(least)
    for start in range(0, len(queries), step):
        part = slice(start, start + step)
        gap = exact.at(candidates[part]).double() - queries[part].double()[:, None, :]
        values[part] = (gap * gap).sum(dim=2)
    left_out = torch.isinf(least)  # the point itself, where there was room for it
    sound = bool((left_out | (values >= least)).all())
    values[left_out] = torch.inf
    values, order = torch.sort(values, dim=1, stable=True)
    return values[:, :k], torch.gather(candidates, 1, order)[:, :k], sound
