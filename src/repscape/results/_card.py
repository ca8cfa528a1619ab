"""What a notebook shows of results: the profile of every measure as a small picture, its range, and what may be concluded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .._types import Markup, card, element, line
from ..measures import Estimate, rounded
from ._record import PROFILES, Record, example_counts
from ._titles import titles

LINES = 12
"""Profiles that are drawn; the rest is counted."""
SENTENCES = 12
SHOWN = ("depth", "next", "equal", "steps")
CELL = "padding:.15em 1em .15em 0;text-align:left;vertical-align:middle;font-weight:normal"

Line = tuple[str, str, str | None, str | None, str, str, float | None]


def card_of(
    records: Sequence[Record],
    *,
    title: str = "Results",
    facts: Mapping[str, object] | None = None,
    sentences: Iterable[str] = (),
    warnings: Sequence[str] = (),
) -> Markup:
    """Return the card of results, or of a study that holds them.

    Parameters
    ----------
    records : sequence of Record
        What came out.
    title : str
        Heading.
    facts : mapping, optional
        What else is to be told above the profiles, such as a study's folder.
    sentences : iterable of str
        Conclusions, below the profiles.
    warnings : sequence of str
        What a reader should know; they are counted, and open at a click.
    """
    told = {**(facts or {}), **_facts(records)}
    return card(
        title, told, _profiles(records), _list("Conclusions", list(sentences), opened=True), _list("Warnings", warnings)
    )


def summary(records: Sequence[Record]) -> str:
    """Say in a line what there is: how many records, of which measures, on which layers."""
    if not records:
        return "0 records"
    facts = _facts(records)
    return f"{len(records)} records: {facts['measures']}; {facts['layers']}; {facts['examples']} examples"


def _facts(records: Sequence[Record]) -> dict[str, str]:
    if not records:
        return {"records": "none"}
    places = list(dict.fromkeys(p for record in records for p in (record.place, record.other) if p is not None))
    models, steps = {place.model for place in places}, {place.step for place in places}
    layers = len({(place.model, place.layer.key) for place in places})
    sizes = example_counts(records)
    parts = [f"{layers:,} layers" if layers > 1 else "1 layer"]
    parts += [f"{len(models)} models"] * (len(models) > 1) + [f"{len(steps)} checkpoints"] * (len(steps) > 1)
    return {
        "measures": ", ".join(dict.fromkeys(record.variant for record in records)),
        "layers": " · ".join(parts),
        "examples": f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}",
    }


def _profiles(records: Sequence[Record]) -> Markup:
    """Return a row for each profile: its name, its picture over the layers, its lowest and highest value."""
    lines: dict[Line, list[Record]] = {}
    for record in records:
        if isinstance(record.result, Estimate) and record.profile in SHOWN:
            place = record.place
            site = (place.model, place.layer.site, place.step)
            lines.setdefault((record.variant, record.profile, record.column, record.group, *site), []).append(record)
    named = titles(records)
    rows = [_row(named[key[0]], key, held) for key, held in list(lines.items())[:LINES]]
    if len(lines) > LINES:
        more = f"… and {len(lines) - LINES} profiles more: to_frame() has every value"
        rows.append(element("tr", element("td", more, colspan=3, style=CELL)))
    return element("table", element("tbody", *rows), style="border-collapse:collapse") if rows else Markup("")


def _row(name: str, key: Line, records: Sequence[Record]) -> Markup:
    _, profile, column, group, model, site, step = key
    held = sorted(records, key=lambda record: record.place.layer.index)
    results = [record.result for record in held if isinstance(record.result, Estimate)]
    values = np.array([result.value for result in results], dtype=np.float64)
    ends = np.array([result.interval or (math.nan, math.nan) for result in results], dtype=np.float64)
    chance = next((result.chance for result in results if result.chance is not None), None)
    picture = line(
        [record.place.layer.index for record in held], values, ends[:, 0], ends[:, 1], chance=chance, said=name
    )
    of = [column, group, model, site if site not in ("", "residual") else "", "" if step is None else f"step {step:g}"]
    words = [name, *([] if profile == "depth" else [PROFILES[held[0].profile]]), *(part for part in of if part)]
    return element(
        "tr", element("td", " · ".join(words), style=CELL), element("td", picture, style=CELL),
        element("td", _range(results), style=CELL),
    )  # fmt: skip


def _range(results: Sequence[Estimate]) -> str:
    finite = [result for result in results if math.isfinite(result.value)]
    if not finite:
        return "no value"
    low, high = (pick(finite, key=float) for pick in (min, max))
    said = [rounded(one.value, one.stderr) for one in (low, high)]
    return said[0] if said[0] == said[1] else f"{said[0]} to {said[1]}"


def _list(title: str, said: Sequence[str], *, opened: bool = False) -> Markup:
    if not said:
        return Markup("")
    first, rest = ([element("li", text) for text in some] for some in (said[:SENTENCES], said[SENTENCES:]))
    more = element("details", element("summary", f"{len(rest)} more"), element("ul", *rest)) if rest else ""
    head = element("summary", f"{title} ({len(said)})")
    return element("details", head, element("ul", *first, style="margin:.2em 0"), more, open="" if opened else None)
