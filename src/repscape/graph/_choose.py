"""Which products to use: measured on this processor and tried on the points at hand, never assumed."""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Sequence

import numpy as np

from ..machine import memory_available
from . import _choose_axes, _kept, _trial
from ._candidates_numpy import NumpyProducts
from ._certify import Frame, Products
from ._exact import Problem
from ._memory import SHORT_BYTES
from ._screen import TILE

WORTH_A_TRIAL = 1e11  # multiplications (about a second) from which trying faster products can pay
WORTH_AN_IMPORT = 6e11  # and from which importing torch for them can
FASTER = 1.25  # how much faster products must be to pay for the candidates that they keep in excess
FEATURES = ("avx512vnni", "avxvnni", "avx512bf16", "amx-int8", "amx-bf16", "dotprod", "i8mm", "bf16")
PRECISIONS = ("auto", "int8", "bf16", "float32", "float64")
Ladder = list[tuple[Products, int]]


def ladder(problem: Problem, frame: Frame, precision: str) -> Ladder:
    """Return the rungs to climb, with the number of candidates to keep on each."""
    d, keep = problem.points.d, _trial.margin(problem.k, problem.points.n)
    if precision == "float64":
        return [(NumpyProducts("float64", d), keep)]
    last = (NumpyProducts("float32", d), keep)
    if precision == "float32":
        return [last]
    if precision != "auto":
        return [*(_trial.tried(problem, frame, _short(name, d)).rung for name in _sound((precision,), d)), last]
    short = _faster(d) if _may_pay(problem) else ()
    tries = (_trial.tried(problem, frame, _short(name, d)) for name in short)
    rung = next((trial.rung for trial in tries if trial.certifies), last)
    makers = {name: functools.partial(_made, name) for name in (*short, "float32")}
    along = _choose_axes.rungs(problem, frame, rung, makers=makers)
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
    needed = _trial.seconds(NumpyProducts("float32", features), block, frame)
    seconds = {name: _trial.seconds(_short(name, features), block, frame) for name in rivals}
    found = tuple(name for name in sorted(rivals, key=seconds.__getitem__) if FASTER * seconds[name] < needed)
    _kept.keep(features, _processor_name(), found)
    return found
