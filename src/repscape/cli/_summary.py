"""A short table of results for the terminal: one row for each layer, one column for each number by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._print import say, say_table

if TYPE_CHECKING:
    from ..results import Place, Record, Results

SHOWN = ("depth", "next", "equal")
ROWS = 30


def say_summary(results: Results) -> None:
    """Print the table; long ones are cut."""
    columns: dict[str, dict[tuple[Place, str | None], str]] = {}
    for record in results:
        if record.profile in SHOWN:
            columns.setdefault(_head(record), {})[record.place, record.group] = _cell(record)
    rows = list(dict.fromkeys(key for column in columns.values() for key in column))
    if not rows:
        say(f"{len(results)} results.")
        return
    table = [[_name(*row), *(column.get(row, "") for column in columns.values())] for row in rows]
    say_table(["layer", *columns], table[:ROWS])
    if len(table) > ROWS:
        say(f"… and {len(table) - ROWS} layers more.")


def _head(record: Record) -> str:
    column = f"[{record.column}]" if record.column else ""
    profile = {"depth": "", "next": " to next", "equal": " at equal depth"}[record.profile]
    return f"{record.variant}{column}{profile}"


def _cell(record: Record) -> str:
    """Return the value with its error; of a curve the first and the last value."""
    from ..measures import Estimate

    result = record.result
    if isinstance(result, Estimate):
        error = "" if result.stderr is None else f" ± {_short(result.stderr)}"
        return f"{_short(result.value)}{error}"
    return " … ".join(_short(value) for value in (result.values[0], result.values[-1]))


def _short(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"


def _name(place: Place, group: str | None) -> str:
    step = "" if place.step is None else f"step {place.step:g}"
    return " ".join(filter(None, (place.model, step, place.layer.key, group and f"[{group}]")))
