"""Which products to use: measured on this processor and tried on the points at hand, never assumed."""

from __future__ import annotations

import functools
import importlib.util
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..machine import memory_available
from . import _direct, _exact, _kept
from ._candidates_numpy import NumpyProducts
from ._certify import Encoded, Frame, Products
from ._exact import Problem
from ._memory import SHORT_BYTES
from ._screen import TILE

PILOT_QUERIES = 128
PILOT_POINTS = 8192
BUFFER_BYTES = 120 << 20  # for candidates, beside what shorter rows spare
UNSURE = 0.01  # share of the pilot's queries that may stay uncertified
WORTH_A_TRIAL = 1e11  # multiplications (about a second) from which trying faster products can pay
WORTH_AN_IMPORT = 6e11  # and from which importing torch for them can
FASTER = 1.25  # how much faster products must be to pay for the candidates that they keep in excess
WIDE = 512  # features from which points may be seen along few axes
WORTH_AXES = 1e12  # multiplications from which finding the axes can pay
AXES = (32, 64, 128, 192, 256, 384, 512)
MOST_AXES = AXES[-1]
COMPARED = 12  # float32 multiplications of a tile in the time in which one feature of a candidate is compared
TESTED = 48  # and features of a tile in the time in which it is tested and audited
FEATURES = ("avx512vnni", "avxvnni", "avx512bf16", "amx-int8", "amx-bf16", "dotprod", "i8mm", "bf16")
PRECISIONS = ("auto", "int8", "bf16", "float32", "float64")
Ladder = list[tuple[Products, int]]


def margin(k: int, n: int) -> int:
    """Candidates to keep where products are nearly exact."""
    return min(n, k + 16 + k // 4)


def ladder(problem: Problem, frame: Frame, precision: str) -> Ladder:
    """Return the rungs to climb, with the number of candidates to keep on each."""
    d, keep = problem.points.d, margin(problem.k, problem.points.n)
    if precision == "float64":
        return [(NumpyProducts("float64", d), keep)]
    last = (NumpyProducts("float32", d), keep)
    if precision == "float32":
        return [last]
    if precision != "auto":
        return [*(_tried(problem, frame, _short(name, d)).rung for name in _sound((precision,), d)), last]
    short = _faster(d) if _may_pay(problem) else ()
    tried = (_tried(problem, frame, _short(name, d)) for name in short)
    rung = next((trial.rung for trial in tried if trial.certifies), last)
    along = _along_axes(problem, frame, rung, (*short, "float32"))
    return [*along, last] if along or rung is last else [rung, last]


def get_ready(sizes: Sequence[tuple[int, int]]) -> bool:
    """Import what multiplies fastest here, where graphs of so many (points, features) together are worth the seconds it takes.

    One graph by itself weighs the import against its own time; whoever knows that more will come says so here. Returns
    whether it is there.
    """
    worth = [work for n, d in sizes if (work := n * n * d / 2) >= WORTH_A_TRIAL]
    if "torch" in sys.modules:
        return True
    if sum(worth) < WORTH_AN_IMPORT or not _at_hand():
        return False
    if all(_kept.kept(d, _processor_name()) == () for _, d in sizes):  # measured once: nothing shorter is faster here
        return False
    importlib.import_module("torch")
    return True


def _may_pay(problem: Problem) -> bool:
    work = problem.points.n * problem.queries.n * problem.points.d / 2
    needed = WORTH_A_TRIAL if "torch" in sys.modules else WORTH_AN_IMPORT
    return work >= needed and _at_hand()


def _at_hand() -> bool:
    """Whether shorter products could be had and held here."""
    if importlib.util.find_spec("torch") is None:
        return False
    if memory_available() < 4 * SHORT_BYTES:
        return False
    return any(_processor().get(feature, False) for feature in FEATURES)


@functools.cache
def _processor() -> dict[str, bool]:
    import llvmlite.binding  # type: ignore[import-untyped]

    return dict(llvmlite.binding.get_host_cpu_features())


def _processor_name() -> str:
    """The processor, by what it can do."""
    return " ".join(sorted(name for name, there in _processor().items() if there))


def _sound(names: Sequence[str], features: int) -> tuple[str, ...]:
    """Those products whose sums cannot leave their type."""
    from ._candidates_torch import MOST_FEATURES

    return tuple(name for name in names if name != "int8" or features <= MOST_FEATURES)


def _short(name: str, features: int) -> Products:
    from . import _candidates_torch

    if name == "int8":
        return _candidates_torch.ByteProducts(features)
    return _candidates_torch.Bf16Products(features)


def _made(name: str, features: int) -> Products:
    return NumpyProducts("float32", features) if name == "float32" else _short(name, features)


def _along_axes(problem: Problem, frame: Frame, rung: tuple[Products, int], names: Sequence[str]) -> Ladder:
    """The rung of the same points along few axes, where a sample shows that they cost clearly less; else none.

    What is weighed, of each point: its products with half of the others, the axes of its own, and the candidates compared.
    """
    points = problem.points
    n, d = points.n, points.d
    if problem.queries is not points or d < WIDE or n * n * d / 2 < WORTH_AXES:
        return []
    from . import _leading

    widest = _leading.principal(points, frame, min(MOST_AXES, d // 3))
    counts = [m for m in AXES if m <= len(widest)]
    opened = _leading.candidates(points, frame, widest, counts, problem.k)
    block = points.block(0, min(n, TILE)).astype(np.float32)
    speed = {name: _seconds(_made(name, d), block, frame, turns=2) for name in {*names, rung[0].name}}

    def cost(name: str, features: int, keep: float, axes: int) -> float:
        share = speed[name] / speed["float32"]
        return share * n * (features + TESTED) / 2 + COMPARED * keep * d + 2 * axes * d

    usual = cost(rung[0].name, d, rung[1], 0)
    for name in names:
        m = min(counts, key=lambda m: cost(name, m, opened[m], m))
        most = int((usual / FASTER - cost(name, m, 0, m)) / (COMPARED * d))
        axes = _leading.along(points, frame, widest[:m]) if most > opened[m] else None
        if axes is None:
            continue
        trial = _tried(problem, frame, _leading.LeadingProducts(_made(name, m + 1), axes), most=min(n, most))
        if trial.certifies:
            return [trial.rung]
    return []


@functools.cache
def _faster(features: int) -> tuple[str, ...]:
    """The names of the products that multiply a tile clearly faster than float32, fastest first: measured once on a machine."""
    known = _kept.kept(features, _processor_name())
    if known is not None:
        return _sound(known, features)
    rng = np.random.default_rng(0)
    block = rng.normal(size=(TILE, features)).astype(np.float32)
    frame = Frame(np.zeros(features), 0.125)
    rivals = _sound(("bf16", "int8"), features)
    needed = _seconds(NumpyProducts("float32", features), block, frame)
    seconds = {name: _seconds(_short(name, features), block, frame) for name in rivals}
    found = tuple(name for name in sorted(rivals, key=seconds.__getitem__) if FASTER * seconds[name] < needed)
    _kept.keep(features, _processor_name(), found)
    return found


def _seconds(products: Products, block: npt.NDArray[np.float32], frame: Frame, *, turns: int = 5) -> float:
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


def _tried(problem: Problem, frame: Frame, products: Products, *, most: int | None = None) -> Trial:
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
    """Candidates to keep at most, in the memory that float32 products take: `wanted`, or four times k or 256 more."""
    n, k = problem.queries.n, problem.k
    spared = problem.points.n * max(0, 4 * problem.points.d - products.row_bytes)
    width = (spared + 8 * n * k + BUFFER_BYTES) // (8 * n)
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
