"""Results for the terminal: a row for each layer, a column for each number by layer, and what may be concluded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ._print import say, say_table

if TYPE_CHECKING:
    import pandas as pd

    from ..results import Place, Record, Results

SHOWN = ("depth", "next", "equal")
ROWS = 30
SENTENCES = 60


def say_summary(results: Results) -> None:
    """Print the table, the call behind each of its columns, and the conclusions; long ones are cut."""
    from ..results import titles

    names = titles(results)
    columns: dict[str, dict[tuple[Place, str | None], str]] = {}
    calls: dict[str, str] = {}
    for record in results:
        if record.profile in SHOWN:
            head = _head(record, names[record.variant])
            columns.setdefault(head, {})[record.place, record.group] = _cell(record)
            calls[head] = _head(record, record.variant, column="[{}]")
    rows = list(dict.fromkeys(key for column in columns.values() for key in column))
    if not rows:
        say(f"{len(results)} results.")
    else:
        table = [[_name(*row), *(column.get(row, "") for column in columns.values())] for row in rows]
        say_table(["layer", *columns], table[:ROWS])
        if len(table) > ROWS:
            say(f"… and {len(table) - ROWS} layers more.")
        say("\nCalled:")
        for head, call in calls.items():
            say(f"  {head}: {call}")
    say_conclusions(results)


def say_conclusions(results: Results) -> None:
    """Print what may be concluded, in the words of the report: first what it opens with."""
    from ..findings import by_heading, headline, held_together

    head = headline(results)
    if head.sentences or head.recommended:
        say("\nIn short")
        for one in head.sentences:
            say(f"  - {one.text}")
        for taken in head.recommended:
            reading = f"read {taken.column}" if taken.column else "build on"
            of = f" of {taken.model}" if taken.model else ""
            say(f"  - Layer to {reading}{of}: {taken.layer.index} ({taken.layer.name}), {taken.why}.")
    said = results.conclusions()
    if together := held_together(said):
        say(f"\n{together}")
    for heading, held in by_heading(said[:SENTENCES]).items():
        say(f"\n{heading}")
        for one in held:
            say(f"  - {one.text}")
    if len(said) > SENTENCES:
        say(f"\n… and {len(said) - SENTENCES} conclusions more: the report has them all.")


def say_matches(matches: pd.DataFrame, names: dict[str, str]) -> None:
    """Print the best match of every layer, one table for each measure, and what chance gives where that is known."""
    tables: dict[str, list[dict[Any, Any]]] = {}
    for row in matches.to_dict("records"):
        tables.setdefault(row["variant"], []).append(row)
    for place, (variant, rows) in enumerate(tables.items()):
        if place:
            say()
        null = any(row["above"] is not None or row["why"] for row in rows)
        heads = [f"layer of {rows[0]['model']}", f"its best match in {rows[0]['other_model']}", names[variant]]
        say_table(heads + (["must pass", "beyond chance"] if null else []), [_match(row, null) for row in rows], keys=2)
        said = [f"Called: {variant}.", *_by_chance(rows, null)]
        said += _one_way(variant, rows[0])
        said += ["Where there is no value a better match may be."] if any(row["unknown"] for row in rows) else []
        said += ["There are no errors: another sample may match otherwise."] if rows[0]["sure"] is None else []
        say(" ".join(said))


def _match(row: dict[Any, Any], null: bool) -> list[str]:
    match = " or ".join([row["other_layer"], *row["also"], *(f"{name} (no value)" for name in row["unknown"])])
    held = [row["layer"], match, _with_error(row["value"], row["stderr"])]
    if not null:
        return held
    if row["why"]:
        return [*held, "", "cannot say"]
    beyond = f"{'yes' if row['above'] else 'no'}, p = {row['p_family']:.2g}"
    return [*held, _short(row["limit"]), beyond]


def _by_chance(rows: list[dict[Any, Any]], null: bool) -> list[str]:
    """Return what is said of chance below a table: of one pair, and of the best of as many as there are."""
    tied = [
        math.isnan(row["limit"]) and bool(row["why"]) for row in rows
    ]  # what unrelated data read is another with ties
    known = sorted(
        {
            _short(row["chance"])
            for row, by_index in zip(rows, tied, strict=True)
            if not (by_index or math.isnan(row["chance"]))
        },
        key=float,
    )
    said = [f"Chance is {known[0]}{f' to {known[-1]}' if len(known) > 1 else ''}."] if known else []
    if not null:
        return [*said, *_no_null(str(rows[0]["variant"]))]
    above, told = (sum(row["above"] in wanted for row in rows) for wanted in ((True,), (True, False)))
    best = [row["chance_best"] for row in rows if row["above"] is not None and not math.isnan(row["chance_best"])]
    if best:
        span = sorted({_short(min(best)), _short(max(best))}, key=float)
        said.append(
            f"The best of a row reads {' to '.join(span)} by chance. In 95 % of relabellings no pair passes what it must pass: "
            f"{above} of {told} layers have a match beyond chance."
        )
    reasons = dict.fromkeys(row["why"] for row in rows if row["why"])
    return [*said, *(f"Cannot say: {why}." for why in list(reasons)[:1])]


def _one_way(variant: str, row: dict[Any, Any]) -> list[str]:
    """Say which direction is judged, of a measure that is not the same both ways."""
    from ..measures import MEASURES

    held = MEASURES.get(variant.partition("(")[0])
    if held is None or held.symmetric:
        return []
    return [
        f"Judged from {row['model']} to {row['other_model']} alone: compare them in the other order for the other way."
    ]


def _no_null(variant: str) -> list[str]:
    """Return why there is nothing to be beyond, and how it is asked for where it can be."""
    from ..measures import MEASURES

    row = MEASURES.get(variant.partition("(")[0])
    if row is not None and not row.aligned:
        return ["It does not ask which example is which: no relabelling changes it, and errors alone tell pairs apart."]
    unknown = "What the best of so many pairs reads by chance is not known"
    if row is None or "permutations" not in row.options():
        return [f"{unknown}."]
    return [f"{unknown}: ask with --permutations 200."]


def _head(record: Record, name: str, *, column: str = " of {}") -> str:
    of = column.format(record.column) if record.column else ""
    profile = {"depth": "", "next": " to next", "equal": " at equal depth"}[record.profile]
    return f"{name}{of}{profile}"


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
    """Return so many decimals that columns line up."""
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"


def _name(place: Place, group: str | None) -> str:
    step = "" if place.step is None else f"step {place.step:g}"
    return " ".join(filter(None, (place.model, step, place.layer.key, group and f"[{group}]")))
