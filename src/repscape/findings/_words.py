"""The results in sentences: where each profile peaks, which layers are most alike, what a reader should be wary of."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ..measures import Estimate, rounded
from ..results import PROFILES, Place, Record, Results

SENTENCES = 12  # of one measure; the tables have the rest
LISTED = 8  # layers named in a row
ERRORS = 2.0  # standard errors of a difference below which it is none
Stack = tuple[str, str]  # model, site


def overview(results: Results) -> str:
    """Say what was measured."""
    places = {place for record in results for place in (record.place, record.other) if place is not None}
    if not places:
        return "No results: nothing was measured."
    models = {place.model for place in places}
    sites = {place.layer.site for place in places if place.layer.site}
    steps = {place.step for place in places if place.step is not None}
    layers = {(place.model, place.layer.name) for place in places}
    sizes = sorted({record.result.n + record.result.dropped for record in results})
    parts = [
        _count(len(layers), "layer"),
        *([f"of {_count(len(models), 'model')}"] if len(models) > 1 else []),
        *([f"at {_count(len(sites), 'site')} ({', '.join(sorted(sites))})"] if len(sites) > 1 else []),
        *([f"at {_count(len(steps), 'checkpoint')}"] if len(steps) > 1 else []),
    ]
    names = list(dict.fromkeys(record.variant for record in results))
    of = f"{sizes[0]:,}" if len(sizes) == 1 else f"{sizes[0]:,} to {sizes[-1]:,}"
    return f"{', '.join(names)} on {' '.join(parts)}, {of} examples."


def profile_findings(results: Results) -> list[tuple[str, list[str]]]:
    """Return (measure and what it was applied to, sentences) for every profile that has numbers by layer."""
    families: dict[tuple[str, str, str | None, str | None], list[Record]] = {}
    for record in results:
        if isinstance(record.result, Estimate) and record.profile in ("depth", "pairs", "models", "steps"):
            families.setdefault((record.variant, record.profile, record.column, record.group), []).append(record)
    found = []
    for (variant, profile, column, group), records in families.items():
        info = records[0].info
        named = [capital(info.label or info.name), *([] if profile == "depth" else [PROFILES[records[0].profile]])]
        heading = ": ".join(named) + f" — {' · '.join(part for part in (variant, column, group) if part)}"
        say = _by_layer if profile in ("depth", "steps") else _by_pair
        sentences = list(say(records))
        if len(sentences) > SENTENCES:
            rest = len(sentences) - SENTENCES
            sentences = [*sentences[:SENTENCES], f"… and {rest} more; the tables have them all."]
        if sentences:
            found.append((heading, sentences))
    return found


def _by_layer(records: Sequence[Record]) -> Iterable[str]:
    """Say where each line peaks: at its last checkpoint, with the first beside it."""
    for line, held in _lines(records, lambda r: (r.place.model, r.place.layer.site)).items():
        steps = sorted({_step(record) for record in held})
        last = [record for record in held if _step(record) == steps[-1]]
        words = _extremes(last)
        if words is None:
            continue
        name = _line_name(line, records)
        if math.isfinite(steps[-1]):
            name = f"{name}, {_at_step(last[0])}" if name else _at_step(last[0])
        then = ""
        if len(steps) > 1:
            first = [record for record in held if _step(record) == steps[0]]
            peak = _best(first, max)
            if peak is not None:
                then = f" At first ({_at_step(first[0])}) the highest was {number(peak)} at {layer_words(peak.place)}."
        yield f"{f'{name}: ' if name else ''}{words}.{then}"


def _extremes(records: Sequence[Record]) -> str | None:
    """Say where a profile is highest and lowest; layers that errors do not tell apart are named together."""
    high, low = _best(records, max), _best(records, min)
    if high is None or low is None:
        return None
    if high is low:
        words = f"{number(high)} at {layer_words(high.place)}"
    elif not distinct(high, low):
        words = f"no layer stands out: all lie between {number(low)} and {number(high)}, which differ by less than their errors"
    else:
        words = f"{_extreme('highest', high, records)}, {_extreme('lowest', low, records)}"
    chance = high.result.chance
    return f"{words}; chance {chance:.3g}" if chance is not None else words


def _extreme(word: str, best: Record, records: Iterable[Record]) -> str:
    alike = alike_to(best, records)
    if not alike:
        return f"{word} {number(best)} at {layer_words(best.place)}"
    layers = sorted({record.place.layer.index for record in (best, *alike)})
    shown = layers if len(layers) <= LISTED else [*layers[:LISTED], "…"]
    return f"{word} within the errors at layers {', '.join(map(str, shown))} ({number(best)} at layer {best.place.layer.index})"


def alike_to(best: Record, records: Iterable[Record]) -> list[Record]:
    """Return the other records whose values cannot be told from this one."""
    return [
        record
        for record in records
        if record is not best and math.isfinite(value_of(record)) and not distinct(best, record)
    ]


def distinct(one: Record, other: Record) -> bool:
    """Whether two values differ by more than two standard errors of their difference; without errors, at all."""
    error = math.hypot(*(_stderr(record) for record in (one, other)))
    return abs(value_of(one) - value_of(other)) > ERRORS * error


def value_of(record: Record) -> float:
    """Return the number; NaN for a curve."""
    return record.result.value if isinstance(record.result, Estimate) else math.nan


def _stderr(record: Record) -> float:
    error = record.result.stderr if isinstance(record.result, Estimate) else None
    return error if error is not None and math.isfinite(error) else 0.0


def _by_pair(records: Sequence[Record]) -> Iterable[str]:
    """Say which two different layers give most and least."""
    apart = [record for record in records if record.other is not None and record.other != record.place]
    by_line = _lines(apart, lambda r: (*_both(r, lambda p: p.model), *_both(r, lambda p: p.layer.site)))
    for held in by_line.values():
        step = max(_step(record) for record in held)
        held = [record for record in held if _step(record) == step]
        high, low = _best(held, max), _best(held, min)
        if high is None or low is None:
            continue
        name = _pair_name(held[0])
        if math.isfinite(step):
            name = f"{name}, {_at_step(held[0])}" if name else _at_step(held[0])
        text = f"{f'{name}: ' if name else ''}highest {number(high)} between {_pair(high)}"
        text += f", lowest {number(low)} between {_pair(low)}" if high is not low else ""
        if others := len(alike_to(high, held)):
            text += f"; {_count(others, 'other pair')} within the errors of the highest"
        chance = high.result.chance
        yield f"{text}; chance {chance:.3g}." if chance is not None else f"{text}."


def merged(results: Results) -> list[str]:
    """Say which layers hold identical rows, and how many."""
    graphs = _graphs(results)
    copies = {
        unit: graph["n"] - graph["distinct"] for unit, graph in graphs.items() if {"n", "distinct"} <= graph.keys()
    }
    held = [unit for unit, count in copies.items() if count]
    if not held:
        return []
    worst = max(sorted(held), key=lambda unit: copies[unit])
    return [
        f"{len(held)} of {_count(len(graphs), 'representation')} hold identical rows, at most {copies[worst]:,} of "
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
            f"In {len(shares)} of {_count(len(graphs), 'neighbour graph')} some rows could not be certified with {precision} "
            f"products and were redone more precisely; the lowest certified share was {shares[worst]:.2%} ({worst}). The "
            "graphs are exact."
        )
    return words


def number(record: Record) -> str:
    """Return a value with its error."""
    result = record.result
    if not isinstance(result, Estimate):
        return ""
    return rounded(result.value, result.stderr, digits=3)


def _graphs(results: Results) -> dict[str, Mapping[str, Any]]:
    """Return the neighbour graphs that provenance knows, by the name of what they are of."""
    found = results.provenance.get("graphs")
    if not isinstance(found, Mapping):
        return {}
    return {str(unit): graph for unit, graph in found.items() if isinstance(graph, Mapping)}


def _best(records: Iterable[Record], pick: Callable[..., Record]) -> Record | None:
    finite = [r for r in records if isinstance(r.result, Estimate) and math.isfinite(r.result.value)]
    return pick(finite, key=lambda r: r.result.value) if finite else None


def _lines(records: Iterable[Record], key: Callable[[Record], Any]) -> dict[Any, list[Record]]:
    found: dict[Any, list[Record]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


def _step(record: Record) -> float:
    return -math.inf if record.place.step is None else record.place.step


def _at_step(record: Record) -> str:
    other = record.other
    if other is not None and other.step is not None and other.step != record.place.step:
        return f"steps {record.place.step:g} to {other.step:g}"
    return f"step {record.place.step:g}"


def _line_name(line: Stack, records: Sequence[Record]) -> str:
    """Name a line by what differs between the lines."""
    models = {record.place.model for record in records}
    sites = {record.place.layer.site for record in records}
    return " · ".join(filter(None, [line[0] if len(models) > 1 else "", line[1] if len(sites) > 1 else ""]))


def _pair_name(record: Record) -> str:
    parts = (_both(record, lambda p: p.model), _both(record, lambda p: p.layer.site))
    words = (" and ".join(dict.fromkeys(filter(None, part))) for part in parts)
    return " · ".join(filter(None, words))


def _both(record: Record, read: Callable[[Place], str]) -> tuple[str, str]:
    return read(record.place), read(record.other or record.place)


def layer_words(place: Place) -> str:
    """Name a layer by number, name and depth."""
    return f"layer {place.layer.index} ({place.layer.name}, depth {place.layer.depth:.2g})"


def _pair(record: Record) -> str:
    other = record.other or record.place
    return f"layers {record.place.layer.index} ({record.place.layer.name}) and {other.layer.index} ({other.layer.name})"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def capital(text: str) -> str:
    """Return text with its first letter large."""
    return text[:1].upper() + text[1:]
