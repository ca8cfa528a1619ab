"""The dimension in which the balls of a density are measured: given, with or without its error, or the graph's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...graph import NeighborGraph
from .._result import Estimate
from ..dimension import id_gride, id_twonn

FloatArray = npt.NDArray[np.float64]
OWN = ("gride", "twonn")
"""Words for the dimension that the graph itself says."""
GRIDE_RANK = 64


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension, where it comes from, and how well it is known."""

    value: float
    """The dimension."""
    source: str
    """In words."""
    given: bool
    """Whether the caller knew it."""
    stderr: float | None = None
    """Its standard error; None where none is known or none was asked for."""
    replicates: FloatArray | None = None
    """(draws,) its deviations over subsets of the points."""


def dimension_of(g: NeighborGraph, id: Any, function: str, *, depth: int, errors: bool) -> Dimension:
    """Return the dimension that was given, or the graph's own; its error only where `errors` asks for it.

    depth: the neighbours of each distinct point that the graph holds.
    """
    if isinstance(id, Estimate):
        value = _check.number(id.value, "the value of id", function, low=0, open_ends="l")
        stderr = None if id.stderr is None else _check.number(id.stderr, "stderr of id", function, low=0)
        said = "given" if stderr is None else f"given, with a standard error of {stderr:.3g}"
        return Dimension(value, said, True, *((stderr, id.replicates) if errors else ()))
    if isinstance(id, str):
        _check.choice(id, "id", function, OWN)
    elif id is not None:
        return Dimension(_check.number(id, "id", function, low=0, open_ends="l"), "given", True)
    found = _twonn(g, errors=errors) if id == "twonn" else _gride(g, depth, errors=errors)
    if not (math.isfinite(found.value) and found.value > 0):
        raise InputError(
            f"id of {function} must be given here: the graph's own dimension is not known ({found.source}: {found.value})."
        )
    return found


def _twonn(g: NeighborGraph, *, errors: bool) -> Dimension:
    found = id_twonn(g, duplicates="merge", error="auto" if errors else None)
    return Dimension(found.value, "id_twonn", False, found.stderr, found.replicates)


def _gride(g: NeighborGraph, depth: int, *, errors: bool) -> Dimension:
    """Return the median of Gride's values over ranks."""
    rank = 1 << (min(GRIDE_RANK, depth).bit_length() - 1)
    curve = id_gride(g, max_rank=rank, duplicates="merge", error="auto" if errors else None)
    value, source = float(np.nanmedian(curve.values)), f"median of id_gride at ranks 2 to {rank}"
    if curve.replicates is None:
        return Dimension(value, source, False)
    known = np.flatnonzero(np.isfinite(curve.values))
    order = known[np.argsort(curve.values[known], kind="stable")]
    middle = order[[(order.size - 1) // 2, order.size // 2]]  # the median is one of them, or their mean
    found: FloatArray = curve.replicates[:, middle].mean(axis=1)
    if not np.isfinite(found).all():
        return Dimension(value, source, False)
    return Dimension(value, source, False, float(found.std(ddof=1)), found)
