"""The examples that are studied together: all of them, or those that share a value of the plan's `by` column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...plan import Plan
from .._tasks import Need, depth_of, narrowed, needed
from ._source import LEAST, Source

ALL = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """Examples that are studied together, and what is computed on them."""

    group: str | None
    """Value of the column that they share; "all" for all of them beside such parts; None where nothing is cut."""
    rows: npt.NDArray[np.int64] | None
    """Which they are; None for all."""
    n: int
    """How many."""
    columns: Mapping[str, Any]
    """Their labels and values."""
    plan: Plan
    """The plan without the measures that need more examples than there are here."""
    need: Need
    """The neighbours that it reads."""


def parts(plan: Plan, source: Source) -> tuple[list[Part], list[str]]:
    """Return the parts that can be studied, and in words what is left out of which.

    Raises
    ------
    InputError
        If no part has the examples that a measure needs.
    """
    if plan.by is None:
        return [Part(None, None, source.n, source.columns, plan, needed(plan, source.columns))], []
    found: list[Part] = []
    notes: list[str] = []
    largest = 0
    for group, rows in _cut(plan, source):
        n = source.n if rows is None else rows.size
        own = source.columns if rows is None else {name: column[rows] for name, column in source.columns.items()}
        if n < LEAST:
            notes.append(f"{plan.by} {group!r} has {n} {_examples(n)}, fewer than {LEAST}: it is left out.")
            continue
        largest = max(largest, n)
        depths = {item.variant: depth_of(item, plan, own) for item in plan.items}
        kept = [item for item in plan.items if depths[item.variant] < n]
        notes += [
            f"{plan.by} {group!r} has {n} {_examples(n)}, too few for the {depths[item.variant]} neighbours of {item.variant}: "
            "it is left out there."
            for item in plan.items
            if item not in kept
        ]
        if kept:
            sub = plan if len(kept) == len(plan.items) else narrowed(plan, kept)
            found.append(Part(group, rows, n, own, sub, needed(sub, own)))
    there = {item.variant for part in found for item in part.plan.items}
    for item in plan.items:
        if item.variant not in there:
            raise InputError(
                f"{item.variant} needs more examples than any group of column {plan.by!r} has: the largest has {largest}."
            )
    return found, notes


def _cut(plan: Plan, source: Source) -> Iterator[tuple[str, npt.NDArray[np.int64] | None]]:
    if plan.whole:
        yield ALL, None
    values, code = _check.codes(source.columns[str(plan.by)], str(plan.by), "run", n=source.n)
    for place, value in enumerate(values):
        yield str(value), np.flatnonzero(code == place)


def _examples(n: int) -> str:
    return "example" if n == 1 else "examples"
