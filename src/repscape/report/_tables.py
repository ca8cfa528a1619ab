"""Tables of the page: what varies is a column, what does not is said once; all of it as csv."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..findings import calibrated_beyond
from ..results import PROFILES, Profile, Record, Results, beyond, csv_of
from ._html import Markup, data_link, element, joined

SHOWN = 300  # rows of a table on the page; the csv has them all
ROWS = 3000  # of all tables together, unless they are very many
LEAST_SHOWN = 20
CSV_BYTES = 2_000_000  # of all tables together; base64 makes a third more of it
IN_TEXT = ("options", "higher_means", "reference", "title", "version")
LEAVE_OUT = ("measure", "profile", *IN_TEXT)
ALWAYS = ("layer", "value")
WORDS = {
    "stderr": "standard error",
    "low": "95 % low",
    "high": "95 % high",
    "p_value": "p",
    "x": "x",
    "n": "points",
    "other_layer": "other layer",
    "limit": "must pass",
    "p_family": "p among all",
    "calibrated_family": "calibrated among all",
}
EXPLAINED = {
    "limit": "must pass: in 95 % of relabellings no comparison of this table's family passes its own",
    "p_family": "p among all: how often some comparison of the family is as extreme; p is that of the one alone",
    "calibrated_family": "calibrated among all: from what it must pass (0) to the best there can be (1)",
}
"""Columns of comparisons that were relabelled; the family is one measure between two models, or within one."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    name: str
    """File name without ending."""
    shows: str
    """What its rows are."""
    frame: pd.DataFrame
    """The columns that vary."""
    constant: dict[str, Any]
    """The ones that do not, and their value."""
    csv: bytes
    """All of it, every column."""
    explained: tuple[str, ...] = ()
    """What columns mean that no reader can guess."""


def tables(results: Results) -> dict[tuple[str, Profile], Table]:
    """Return a table for each measure and profile."""
    if not len(results):
        return {}
    frame = results.to_frame()
    found: dict[tuple[str, Profile], Table] = {}
    for measure, profile in dict.fromkeys((record.info.name, record.profile) for record in results):
        part = frame[(frame["measure"] == measure) & (frame["profile"] == profile)]
        held = [record for record in results if record.info.name == measure and record.profile == profile]
        part, judged = _beside_chance(part, held)
        part = _with_details(part)
        kept = part.drop(columns=list(LEAVE_OUT)).dropna(axis=1, how="all").reset_index(drop=True)
        if "x_name" in kept and kept["x_name"].nunique() == 1:
            kept = kept.rename(columns={"x": kept["x_name"].iloc[0]}).drop(columns="x_name")
        varying = [name for name in kept if name in ALWAYS or kept[name].nunique(dropna=False) > 1]
        constant = {str(name): kept[name].iloc[0] for name in kept if name not in varying}
        name = measure if profile == "depth" else f"{measure}-{profile}"
        content = csv_of(part.drop(columns=list(IN_TEXT)).dropna(axis=1, how="all"))
        explained = tuple(text for column, text in EXPLAINED.items() if judged and column in varying)
        found[measure, profile] = Table(name, PROFILES[profile], kept[varying], constant, content, explained)
    return found


def _beside_chance(part: pd.DataFrame, held: Sequence[Record]) -> tuple[pd.DataFrame, bool]:
    """Return the rows with what the best of as many unrelated comparisons reads, and whether that is known of any."""
    known = beyond(held)
    if not known or len(part) != len(held):  # a curve has several rows, and no such null
        return part, False
    found = [known.get(id(record)) for record in held]
    columns = {
        "limit": [None if one is None else one.limit for one in found],
        "p_family": [None if one is None else one.p_value for one in found],
        "calibrated_family": [
            None if one is None else calibrated_beyond(record, one.limit)
            for record, one in zip(held, found, strict=True)
        ],
    }
    return part.assign(
        **{name: pd.Series(values, index=part.index, dtype="float64") for name, values in columns.items()}
    ), True


def _with_details(part: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a column for each detail in place of one that holds them all."""
    told = [json.loads(one) if isinstance(one, str) else {} for one in part["details"]]
    rows = [{name: _said(value) for name, value in one.items()} for one in told]
    more = pd.DataFrame(rows, index=part.index)
    return pd.concat([part.drop(columns="details"), more[[name for name in more if name not in part]]], axis=1)


def _said(value: Any) -> Any:
    """Return a detail as one cell."""
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else value


def downloads(found: dict[tuple[str, Profile], Table]) -> set[tuple[str, Profile]]:
    """Choose the tables whose csv the page carries: all, or the smaller ones where that would be too much."""
    chosen, total = set(), 0
    for key in sorted(found, key=lambda key: len(found[key].csv)):
        total += len(found[key].csv)
        if total <= CSV_BYTES:
            chosen.add(key)
    return chosen


def rows_shown(count: int) -> int:
    """Return how many rows each of so many tables has on the page."""
    return max(LEAST_SHOWN, min(SHOWN, ROWS // max(1, count)))


def table_html(table: Table, *, download: bool, opened: bool = False, shown: int = SHOWN) -> Markup:
    """Return a table that opens at a click, or is open from the start, with what is constant said above it."""
    rows = len(table.frame)
    constant = {key: _cell(value)[0] for key, value in table.constant.items()}
    notes = [f"{_heading(key)}: {said}" for key, said in constant.items() if said]
    if rows > shown:
        notes.append(f"the first {shown} of {rows:,} rows are shown")
    notes += table.explained
    link: Markup | str = "The csv is too large for this page: results.csv beside the study has every row."
    if download:
        href = data_link(table.csv, "text/csv;charset=utf-8")
        link = element("a", f"Download {table.name}.csv", download=f"{table.name}.csv", href=href)
    head = element("tr", *(_head_html(table.frame, name) for name in table.frame))
    body = [
        element("tr", *(_cell_html(value) for value in row))
        for row in table.frame.head(shown).itertuples(index=False, name=None)
    ]
    inner = element(
        "div",
        element("table", element("thead", head), element("tbody", *body), class_="sortable"),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=f"Table of {table.name}",
    )
    summary = element("summary", f"Table: {table.shows}, {rows:,} {'row' if rows == 1 else 'rows'}")
    said = element("p", joined(" · ".join(notes), element("br") if notes else "", link), class_="note")
    return element("details", summary, said, inner, open="" if opened else None)


def _head_html(frame: pd.DataFrame, name: object) -> Markup:
    numeric = pd.api.types.is_numeric_dtype(frame[name])
    return element("th", _heading(name), scope="col", class_="number" if numeric else None)


def _heading(name: object) -> str:
    return WORDS.get(str(name), str(name).replace("_", " "))


def _cell_html(value: Any) -> Markup:
    text, exact = _cell(value)
    return element("td", text, class_="number" if exact is not None else None, data_value=exact)


def _cell(value: Any) -> tuple[str, str | None]:
    """Return how a value is shown, and its number in full where it is one."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "", None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value), None
    return (f"{value:.5g}" if isinstance(value, float) and abs(value) < 1e5 else f"{value:g}", repr(float(value)))
