"""Label overlap under shuffled labels: of points, or of whole groups, anywhere or within strata.

The neighbours stay and the labels move, LANES orders at a time. Where whole groups of different sizes change labels the sizes
of the classes change too, so weights and numbers of neighbours are worked out for each order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ..uncertainty import Exchanges, IntArray, Null, whole_groups
from ._overlap_label_kernels import LANES, count_labels, shuffle_lanes, sum_hits, sum_hits_to_depth

FloatArray = npt.NDArray[np.float64]
SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class LabelUnits:
    """What carries a label and moves with it: points, or groups."""

    unit: IntArray
    """(n,) unit of each point."""
    code: npt.NDArray[Any]
    """(units,) label of each."""
    rows: IntArray
    """(units,) units by stratum."""
    starts: IntArray
    """(strata + 1,) where each stratum begins in `rows`."""

    @classmethod
    def of(cls, code: IntArray, free: Exchanges, *, function: str) -> LabelUnits:
        """Find the units; refuse labels that differ within a group, and strata in which no label can move."""
        unit, of_unit = np.arange(code.size), code
        stratum = np.zeros(code.size, dtype=np.int64) if free.within is None else free.within
        if free.groups is not None:
            unit = free.groups
            of_unit = whole_groups(code, unit, name="labels", function=function)
            stratum = whole_groups(stratum, unit, name="within", function=function)
        if len(np.unique(np.stack([stratum, of_unit]), axis=1).T) == len(np.unique(stratum)):
            raise InputError(
                f"labels of {function} leave nothing to exchange for a null: each stratum has one label only. Take coarser "
                "strata in within=, or permutations=0."
            )
        narrow = np.uint8 if code.max() < 256 else np.uint16
        rows = np.argsort(stratum, kind="stable")
        starts = np.searchsorted(stratum[rows], np.arange(stratum.max() + 2))
        return cls(unit, of_unit.astype(narrow), rows, starts)


@dataclass(frozen=True, slots=True)
class Lists:
    """The neighbours that are looked at, and how many of them."""

    indices: npt.NDArray[Any]
    """(n, depth) neighbours, those of the own group passed over."""
    lengths: IntArray
    """(n,) how many each list holds."""
    k: int | None
    """Neighbours looked at; None where class_fraction says."""
    class_fraction: float | None
    """Share of its class that each point looks at."""

    def wanted(self, members: IntArray) -> IntArray:
        """Return how many neighbours the points of a class of so many members look at."""
        if self.class_fraction is None:
            return np.full(members.shape, self.k, dtype=np.int64)
        return np.maximum(1, (members * self.class_fraction).astype(np.int64))


def label_null(
    lists: Lists, units: LabelUnits, value: float, *, weights: str, permutations: int, rng: np.random.Generator
) -> Null:
    """Compare the value with what `permutations` shuffles of the labels give."""
    n, classes = units.unit.size, int(units.code.max()) + 1
    pack = np.empty((n, LANES), dtype=units.code.dtype)
    drawn = np.empty((-(-permutations // LANES), LANES))
    for out in drawn:
        out[:] = 0.0
        shuffle_lanes(units.code, units.rows, units.starts, units.unit, rng.integers(SEEDS), pack)
        members = np.zeros((classes, LANES), dtype=np.int64)
        count_labels(pack, members)
        weight = 1 / (classes * np.maximum(members, 1)) if weights == "classes" else np.full(members.shape, 1 / n)
        if lists.k is not None:
            sum_hits(lists.indices, lists.k, pack, weight / lists.k, out)
        else:
            sum_hits_to_depth(lists.indices, lists.lengths, pack, weight, lists.wanted(members), out)
    return Null.of(value, drawn.ravel()[:permutations])
