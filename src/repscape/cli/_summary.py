"""A short table of results for the terminal: one row for each layer, one column for each number by layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ._print import say, say_table

if TYPE_CHECKING:
    import pandas as pd

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


def say_matches(matches: pd.DataFrame) -> None:
    """Print the best match of every layer, one table for each measure, and what chance gives where that is known."""
    tables: dict[str, list[dict[Any, Any]]] = {}
    for row in matches.to_dict("records"):
        tables.setdefault(row["variant"], []).append(row)
    for place, (variant, rows) in enumerate(tables.items()):
        if place:
            say()
        say_table(
            [f"layer of {rows[0]['model']}", f"its best match in {rows[0]['other_model']}", variant],
            [[row["layer"], row["other_layer"], _with_error(row["value"], row["stderr"])] for row in rows],
            keys=2,
        )
        if not math.isnan(rows[0]["chance"]):
            say(f"Chance is {_short(rows[0]['chance'])}.")


def _head(record: Record) -> str:
    column = f"[{record.column}]" if record.column else ""
    profile = {"depth": "", "next": " to next", "equal": " at equal depth"}[record.profile]
    return f"{record.variant}{column}{profile}"


def _cell(record: Record) -> str:
    """Return the value with its error; of a curve the first and the last value."""
    from ..measures import Estimate

    result = record.result
    if isinstance(result, Estimate):
        return _with_error(result.value, math.nan if result.stderr is None else result.stderr)
    return " … ".join(_short(value) for value in (result.values[0], result.values[-1]))


def _with_error(value: float, stderr: float) -> str:
    return _short(value) if math.isnan(stderr) else f"{_short(value)} ± {_short(stderr)}"


def _short(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"


def _name(place: Place, group: str | None) -> str:
    step = "" if place.step is None else f"step {place.step:g}"
    return " ".join(filter(None, (place.model, step, place.layer.key, group and f"[{group}]")))
