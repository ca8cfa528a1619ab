"""The table of measures: every family's rows, one for each measure, and those that installed packages bring.

Reading the table loads no measure: `fn=None` is imported at the call. A study builds the arguments from `takes`; figures, page
and command line read the row and never name a measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .. import _check
from ..errors import InputError, UnknownNameError
from ._plugins import GROUP, plugin_measures
from ._table import Measure
from .dimension import ROWS as DIMENSION
from .health import ROWS as HEALTH
from .overlap import ROWS as OVERLAP
from .probes import ROWS as PROBES
from .quality import ROWS as QUALITY
from .similarity import ROWS as SIMILARITY
from .structure import ROWS as STRUCTURE

MEASURES: Mapping[str, Measure] = {
    row.name: row for row in (*DIMENSION, *OVERLAP, *SIMILARITY, *STRUCTURE, *HEALTH, *QUALITY, *PROBES)
}


def every_measure() -> dict[str, Measure]:
    """Return the table and the measures of installed packages, by name."""
    return {**MEASURES, **plugin_measures(MEASURES)}


def measure(name: str | Measure, given: Iterable[Measure] = ()) -> Measure:
    """Return the row of a measure: of the table, among those that were handed in, or of an installed package.

    Raises
    ------
    UnknownNameError
        If none has this name; near names are offered.
    InputError
        If somebody's own Measure has the name of a built-in one, or no function.
    """
    handed_in = {row.name: own_measure(row) for row in given}
    if isinstance(name, Measure):
        return own_measure(name)
    if name in MEASURES or name in handed_in:
        return handed_in.get(name) or MEASURES[name]
    known = every_measure()
    if name not in known:
        raise UnknownNameError(
            f"measure of the table of measures must be one of its {len(known)}, which repscape info lists. Got {name!r}."
            f"{_check.near(name, [*known, *handed_in])} One of your own is handed in as a Measure, also to "
            f"Plan.from_dict(..., measures=[...]), or comes with an installed package (entry points, group {GROUP!r})."
        )
    return known[name]


def own_measure(row: Measure) -> Measure:
    """Refuse a Measure that stands for a built-in one, or that nobody could call; rows of the table are as they are."""
    if is_builtin(row):
        return row
    if row.name in MEASURES:
        raise InputError(
            f"name of Measure {row.name!r} is that of a built-in measure. Give yours another, such as 'mylab.{row.name}'."
        )
    if row.fn is None:
        raise InputError(f"fn of Measure {row.name!r} must be a function: only rows of the table go without.")
    return row


def is_builtin(row: Measure) -> bool:
    """Whether a measure is one of the table, also where it was copied, as from one process to another."""
    return row == MEASURES.get(row.name)
