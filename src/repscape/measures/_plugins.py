"""Measures that other installed packages bring, found by their entry points in the group "repscape.measures".

A package declares in its pyproject.toml

    [project.entry-points."repscape.measures"]
    spread = "mylab.measures:SPREAD"

where SPREAD is a Measure, or several in a list or tuple. They are looked for when somebody asks for a name that the table
lacks, or for all measures; nothing is imported before, and nothing is remembered here. A package that does not load, and one
whose name is taken, never stops anybody: a warning names it.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ..errors import RepscapeWarning
from ._table import Measure

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "repscape.measures"


class PluginWarning(RepscapeWarning):
    """A measure that an installed package brings cannot be used."""


def plugin_measures(taken: Collection[str]) -> dict[str, Measure]:
    """Return the measures of installed packages by name; `taken` are names that none may have."""
    from importlib.metadata import entry_points  # it loads the email package: only where plug-ins are looked for

    found: dict[str, Measure] = {}
    owner: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (_package(point), point.name, point.value)):
        where = f"{point.name} = {point.value!r} of {_package(point) or 'an unnamed package'}"
        for row in _loaded(point, where):
            if row.name in taken:
                _warn(f"{where}: {row.name!r} is a built-in measure, which nothing may stand for. It is left out.")
            elif row.name in found:
                if found[row.name] != row:
                    _warn(f"{where}: {row.name!r} is already that of {owner[row.name]}, which is used.")
            else:
                found[row.name], owner[row.name] = row, where
    return found


def _loaded(point: EntryPoint, where: str) -> Iterator[Measure]:
    """Yield what an entry point holds; what fails is named and left out."""
    try:
        held = point.load()
    except Exception as error:  # whatever somebody's package may raise when it is imported
        _warn(f"{where} does not load ({type(error).__name__}: {error}). Its measures are left out.")
        return
    rows = held if isinstance(held, list | tuple) else [held]
    for row in rows:
        if isinstance(row, Measure) and row.fn is not None:
            yield row
        else:
            _warn(f"{where} must be a Measure with fn, or a list of them. Got {type(row).__name__}; it is left out.")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _warn(message: str) -> None:
    warnings.warn(message, PluginWarning, stacklevel=4)
