"""In what two studies differ: data, plans, and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..measures import Estimate
from ..results import Record
from ._contents import spot_of
from ._study import Study, open_study


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two studies differ."""

    what: str
    """"data", "plan" or "values"."""
    name: str
    """Which entry, or which value."""
    first: Any
    """What the first study has; None where it has nothing."""
    second: Any
    """What the second one has."""

    def __str__(self) -> str:
        if self.first is None or self.second is None:
            return f"{self.name}: only in the {'second' if self.first is None else 'first'}"
        return f"{self.name}: {self.first} and {self.second}"


def diff_studies(first: str | Path, second: str | Path) -> list[Difference]:
    """Say in what two studies differ.

    Parameters
    ----------
    first, second : path
        Study folders.

    Returns
    -------
    list of Difference
        In data (examples, layers, columns), in plan, and in values: those that only one has, and those that are not the same
        bit by bit, the largest differences first.
    """
    one, other = open_study(first), open_study(second)
    return [*_of_data(one, other), *_of_plans(one, other), *_of_values(one, other)]


def _of_data(one: Study, other: Study) -> list[Difference]:
    held = [study.folder.contents() for study in (one, other)]
    if held[0] is None or held[1] is None:
        return []
    found = [] if held[0].n == held[1].n else [Difference("data", "examples", held[0].n, held[1].n)]
    places = [{"/".join(map(str, filter(None, spot_of(p)))): name for p, name in c.places.items()} for c in held if c]
    found += _entries("data", "layer", *places)
    found += _entries("data", "column", *(dict(c.columns) for c in held if c))
    return found


def _of_plans(one: Study, other: Study) -> list[Difference]:
    plans = [study.plan.to_dict() for study in (one, other)]
    return [
        Difference("plan", name, plans[0].get(name), plans[1].get(name))
        for name in dict.fromkeys([*plans[0], *plans[1]])
        if name != "measures" and plans[0].get(name) != plans[1].get(name)
    ]


def _of_values(one: Study, other: Study) -> list[Difference]:
    values = [{_name(record): record for record in study.results} for study in (one, other)]
    alone = [Difference("values", name, "there", None) for name in values[0] if name not in values[1]]
    alone += [Difference("values", name, None, "there") for name in values[1] if name not in values[0]]
    apart = []
    for name in values[0]:
        if name in values[1]:
            left, right = (_numbers(values[side][name]) for side in (0, 1))
            if left.shape != right.shape or not np.array_equal(left, right, equal_nan=True):
                size = np.nanmax(np.abs(left - right), initial=0.0) if left.shape == right.shape else np.inf
                apart.append((size, Difference("values", name, _short(left), _short(right))))
    return [*alone, *(found for _, found in sorted(apart, key=lambda pair: -pair[0]))]


def _entries(what: str, kind: str, one: dict[str, str], other: dict[str, str]) -> list[Difference]:
    return [
        Difference(what, f"{kind} {name}", one.get(name), other.get(name))
        for name in dict.fromkeys([*one, *other])
        if one.get(name) != other.get(name)
    ]


def _name(record: Record) -> str:
    ends = [record.place, *([record.other] if record.other is not None else [])]
    where = " and ".join(" ".join(map(str, (part for part in spot_of(end) if part not in ("", None)))) for end in ends)
    column = "" if record.column is None else f"[{record.column}]"
    profile = "" if record.profile == "depth" else f" ({record.profile})"
    group = "" if record.group is None else f" [{record.group}]"
    return f"{record.variant}{column} of {where}{group}{profile}"


def _numbers(record: Record) -> Any:
    result = record.result
    return np.atleast_1d(result.value) if isinstance(result, Estimate) else result.values


def _short(values: Any) -> str:
    return ", ".join(f"{value:.6g}" for value in values[:4]) + (", ..." if len(values) > 4 else "")
