"""Products tried on a sample of the points at hand: how many candidates they would have to keep, and how long they take."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..machine import memory_available
from . import _direct, _exact
from ._certify import Encoded, Frame, Products
from ._exact import Problem

PILOT_QUERIES = 128
PILOT_POINTS = 8192
BUFFER_BYTES = 120 << 20  # for candidates, beside what shorter rows spare
BUFFER_SHARE = 8  # or this part of the free memory: of a million points the bytes above are a dozen candidates each
UNSURE = 0.01  # share of the pilot's queries that may stay uncertified


def margin(k: int, n: int) -> int:
    """Candidates to keep where products are nearly exact."""
    return min(n, k + 16 + k // 4)


def seconds(products: Products, block: npt.NDArray[np.float32], frame: Frame, *, turns: int = 5) -> float:
    """Return how long the products of a block with itself take, at best."""
    encoded = Encoded.of(block, frame, products)
    room = products.tile(len(block))
    best = np.inf
    for _ in range(turns):
        start = time.perf_counter()
        products.multiply(encoded, encoded, room)
        best = min(best, time.perf_counter() - start)
    return best


@dataclass(frozen=True, slots=True)
class Trial:
    """How products did on a sample of the queries."""

    rung: tuple[Products, int]
    """The products and the candidates to keep."""
    certifies: bool
    """Whether so many suffice for nearly all queries."""


def tried(problem: Problem, frame: Frame, products: Products, *, most: int | None = None) -> Trial:
    """Try products on a sample of queries; a buffer of `most` candidates each must suffice, by default what is usual."""
    most = _most_candidates(problem, products, most)
    rng = np.random.default_rng(0)
    part = problem.of(_sample(rng, problem.queries.n, PILOT_QUERIES))
    products = products.eased(_ease(part, frame, products, rng))
    needed = _exact.needed(part, frame, products, most=most)
    within = needed[needed <= most]
    keep = int(within.max()) + 8 if len(within) else most
    keep = min(max(keep, margin(problem.k, problem.points.n)), most)
    return Trial((products, keep), certifies=bool((needed > most).mean() <= UNSURE))


def _most_candidates(problem: Problem, products: Products, wanted: int | None = None) -> int:
    """Candidates to keep at most: `wanted`, or four times k or 256 more, in the memory that there is for them."""
    n, k = problem.queries.n, problem.k
    spared = problem.points.n * max(0, 4 * problem.points.d - products.row_bytes)
    beyond = max(BUFFER_BYTES, memory_available() // BUFFER_SHARE)
    width = (spared + 8 * n * k + beyond) // (8 * n)
    most = max(margin(k, problem.points.n), (width - 32) * 4 // 5)
    return min(problem.points.n, most, max(4 * k, k + 256) if wanted is None else wanted)


def _ease(part: Problem, frame: Frame, products: Products, rng: np.random.Generator) -> float:
    """The best ease for typical neighbours: twice what encoding loses over the distance of the k-th."""
    points = part.points.take(_sample(rng, part.points.n, PILOT_POINTS))
    rank = min(points.n, 1 + part.k * points.n // part.points.n)
    own = np.full(part.queries.n, -1)
    values, _ = _direct.nearest(points, part.queries, rank, own=own, kind=0, crew=part.crew)
    _, lost, _ = products.describe(part.queries.block(0, part.queries.n), frame, products.store(part.queries.n))
    apart = float(np.median(values[:, -1])) * frame.scale**2
    loss = float(np.median(lost))
    return float(np.clip(2 * np.sqrt(loss / (apart + 2 * loss)) if loss else 0.0, 2.0**-12, 0.5))


def _sample(rng: np.random.Generator, n: int, size: int) -> npt.NDArray[np.int64]:
    return np.sort(rng.choice(n, min(n, size), replace=False))
