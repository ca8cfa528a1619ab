"""Ours beside what was published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from .. import _check
from ._order import Ours
from ._recipe import Published

Status = Literal["reproduced", "differs", "stand-in", "not run"]
HEAD = ("what", "ours", "error", "published", "tolerance", "status", "note", "source")


@dataclass(frozen=True, slots=True)
class Row:
    """One number of the study beside ours."""

    published: Published
    """What the study gives."""
    ours: Ours | None
    """What was found, if it was looked for."""

    @property
    def status(self) -> Status:
        """Whether it was reproduced; what stands in for something else reproduces nothing, however near it comes."""
        if self.ours is None:
            return "not run"
        if self.ours.stand_in:
            return "stand-in"
        return "reproduced" if abs(self.ours.value - self.published.value) <= self.published.tolerance else "differs"

    def cells(self) -> tuple[object, ...]:
        """Return the row of the table, with NaN for what is not there."""
        found = self.ours or Ours(self.published.key, math.nan)
        error = math.nan if found.stderr is None else found.stderr
        said = self.published
        return said.what, found.value, error, said.value, said.tolerance, self.status, found.stand_in, said.source


def compare(published: Sequence[Published], ours: Sequence[Ours]) -> tuple[Row, ...]:
    """Return a row for every published number, in their order.

    Raises
    ------
    UnknownNameError
        If ours has a key that no published number has.

    Examples
    --------
    >>> rows = compare([Published("id", "peak", 20.0, 1.0, "fig. 2")], [Ours("id", 20.4)])
    >>> rows[0].status
    'reproduced'
    """
    found: dict[str, Ours] = {}
    for one in ours:
        _check.choice(one.key, "key", "a number of a recipe", [number.key for number in published])
        found[one.key] = one
    return tuple(Row(number, found.get(number.key)) for number in published)


def to_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the table: what, ours, its error, published, tolerance, status, what stood in, source."""
    return pd.DataFrame([row.cells() for row in rows], columns=list(HEAD))


def counted(rows: Sequence[Row]) -> str:
    """Return how many numbers came out how, in words.

    Examples
    --------
    >>> counted(compare([Published("id", "peak", 20.0, 1.0, "fig. 2")], []))
    '1 published number: 1 not run.'
    """
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.status] = counts.get(row.status, 0) + 1
    said = ", ".join(f"{count} {status}" for status, count in counts.items()) or "none"
    return f"{len(rows)} published number{'' if len(rows) == 1 else 's'}: {said}."
