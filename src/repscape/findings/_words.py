"""Words that sentences are made of: layers, numbers, lines of a figure, and what a study is about."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..measures import Estimate, rounded, said_of_spread
from ..results import PROFILES, Place, Record, Results, example_counts, titles
from ._series import Series, series_of

LISTED = 8  # layers named in a row


def overview(results: Results) -> str:
    """Say what was measured."""
    places = {place for record in results for place in (record.place, record.other) if place is not None}
    if not places:
        return "No results: nothing was measured."
    models = {place.model for place in places}
    sites = {place.layer.site for place in places if place.layer.site}
    steps = {place.step for place in places if place.step is not None}
    layers = {(place.model, place.layer.name) for place in places}
    sizes = example_counts(results)
    parts = [
        count(len(layers), "layer"),
        *([f"of {count(len(models), 'model')}"] if len(models) > 1 else []),
        *([f"at {count(len(sites), 'site')} ({', '.join(sorted(sites))})"] if len(sites) > 1 else []),
        *([f"at {count(len(steps), 'checkpoint')}"] if len(steps) > 1 else []),
    ]
    names = list(dict.fromkeys(titles(results.records).values()))
    of = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    return f"{'; '.join(names)}: on {' '.join(parts)}, {of} examples."


def subject(title: str, record: Record, among: Iterable[Record] = ()) -> str:
    """Name what a sentence is about: a line among others by what differs between them, the measure, the column, the profile."""
    of = f" of {record.column}" if record.column is not None else ""
    profile = "" if record.profile == "depth" else f", {PROFILES[record.profile]}"
    line = line_words(series_of(record), {series_of(other) for other in among})
    other = record.other
    between = "" if other is None or other.step == record.place.step else f" (to step {other.step:g})"
    return f"{f'{line}{between} · ' if line else ''}{capital(title)}{of}{profile}"


def line_words(line: Series, among: Iterable[Series]) -> str:
    """Name a line by what differs between the lines."""
    others = list(among)
    varies = [any(other[place] != entry for other in others) for place, entry in enumerate(line)]
    words = (line[0], "" if line[1] is None else f"step {line[1]:g}", line[2], line[3])
    return " · ".join(word for word, shown in zip(words, varies, strict=True) if shown and word)


def merged(results: Results) -> list[str]:
    """Say which layers hold identical rows, and how many."""
    graphs = _graphs(results)
    copies = {
        unit: graph["n"] - graph["distinct"] for unit, graph in graphs.items() if {"n", "distinct"} <= graph.keys()
    }
    held = [unit for unit, number_of in copies.items() if number_of]
    if not held:
        return []
    worst = max(sorted(held), key=lambda unit: copies[unit])
    return [
        f"{len(held)} of {count(len(graphs), 'representation')} hold identical rows, at most {copies[worst]:,} of "
        f"{graphs[worst]['n']:,} ({worst}). Measures that merge them count each set of copies as one point; the column "
        "“dropped” of the tables says how many rows that took away."
    ]


def certificates(results: Results) -> list[str]:
    """Say which graphs were not certified at the first precision that was tried."""
    graphs = _graphs(results)
    failed: dict[str, dict[str, float]] = {}
    for unit, graph in graphs.items():
        for precision, share in list((graph.get("certificate") or {}).items())[:1]:
            if share < 1:
                failed.setdefault(str(precision), {})[unit] = float(share)
    words = []
    for precision, shares in failed.items():
        worst = min(sorted(shares), key=lambda unit: shares[unit])
        words.append(
            f"In {len(shares)} of {count(len(graphs), 'neighbour graph')} some rows could not be certified with {precision} "
            f"products and were redone more precisely; the lowest certified share was {shares[worst]:.2%} ({worst}). The "
            "graphs are exact."
        )
    return words


def number(record: Record) -> str:
    """Return a value with its error."""
    result = record.result
    if not isinstance(result, Estimate):
        return ""
    return rounded(result.value, result.stderr, digits=3) + said_of_spread(result.options)


def value_of(record: Record) -> float:
    """Return the number; NaN for a curve."""
    return record.result.value if isinstance(record.result, Estimate) else math.nan


def finite(records: Iterable[Record]) -> list[Record]:
    """Return the records that have a number."""
    return [record for record in records if math.isfinite(value_of(record))]


def grouped(records: Iterable[Record], key: Callable[[Record], Any]) -> dict[Any, list[Record]]:
    """Return key -> its records, in the order they came."""
    found: dict[Any, list[Record]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


def layer_words(place: Place) -> str:
    """Name a layer by number, name and depth."""
    return f"layer {place.layer.index} ({place.layer.name}, depth {place.layer.depth:.2g})"


def pair_words(record: Record) -> str:
    """Name two layers by number and name."""
    other = record.other or record.place
    return f"layers {record.place.layer.index} ({record.place.layer.name}) and {other.layer.index} ({other.layer.name})"


def listed(names: Sequence[object]) -> str:
    """Return names in a row, cut where they are many."""
    shown = [*names[:LISTED], "…"] if len(names) > LISTED else names
    return ", ".join(map(str, shown))


def spanned(indices: Iterable[int]) -> str:
    """Return "layer 3", "layers 3 to 5", "layers 1, 3 and 5"."""
    held = sorted(set(indices))
    if len(held) == 1:
        return f"layer {held[0]}"
    if len(held) > 2 and held[-1] - held[0] == len(held) - 1:
        return f"layers {held[0]} to {held[-1]}"
    return f"layers {', '.join(map(str, held[:-1]))} and {held[-1]}"


def count(how_many: int, thing: str) -> str:
    """Return "1 layer", "2 layers"."""
    return f"{how_many} {thing}" if how_many == 1 else f"{how_many:,} {thing}s"


def capital(text: str) -> str:
    """Return text with its first letter large."""
    return text[:1].upper() + text[1:]


def _graphs(results: Results) -> dict[str, Mapping[str, Any]]:
    """Return the neighbour graphs that provenance knows, by the name of what they are of."""
    found = results.provenance.get("graphs")
    if not isinstance(found, Mapping):
        return {}
    return {str(unit): graph for unit, graph in found.items() if isinstance(graph, Mapping)}
