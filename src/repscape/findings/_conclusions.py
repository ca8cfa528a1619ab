"""What several results say together: which layers to build on, where neighbourhoods settle, where estimators disagree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..measures import Estimate
from ..results import Record, Results
from . import suggest_layers
from ._series import Series, series_of
from ._words import distinct, layer_words, number, value_of

DIMENSION = "intrinsic dimension"
SHOWN = 6
READING = (
    "± is one standard error of the value, by the method that Conventions names; two values are told apart where they differ "
    "by two standard errors of their difference. No error covers a bias that all layers share."
)
Finding = tuple[str, list[str]]


def conclusions(results: Results) -> list[Finding]:
    """Return (heading, sentences), of the last checkpoint where there are several; nothing where there is nothing to say."""
    last = _last_checkpoints(results)
    when = ", at the last checkpoint" if len(last) < len(results) else ""
    found = [
        (f"Layers to build on{when}", _suggested(last)),
        (f"Where neighbourhoods change{when}", _settling(last)),
        (f"Where estimators of the dimension disagree{when}", _disagreements(last)),
        ("How to read ±", [READING] if any(_has_error(record) for record in results) else []),
    ]
    return [(heading, sentences) for heading, sentences in found if sentences]


def _last_checkpoints(results: Results) -> Results:
    """Return the records of each model's last checkpoint; all of them where there is one."""
    last: dict[str, float] = {}
    for place in (record.place for record in results):
        if place.step is not None:
            last[place.model] = max(place.step, last.get(place.model, place.step))
    return replace(results, records=tuple(r for r in results if r.place.step in (None, last.get(r.place.model))))


def _has_error(record: Record) -> bool:
    return isinstance(record.result, Estimate) and record.result.stderr is not None


def _named(line: Series, lines: Iterable[Series]) -> str:
    """Name a line by what differs between the lines."""
    varies = [len(set(entries)) > 1 for entries in zip(*lines, strict=True)]
    words = (line[0], "" if line[1] is None else f"step {line[1]:g}", line[2], line[3])
    name = " · ".join(word for word, shown in zip(words, varies, strict=True) if shown and word)
    return f"{name}: " if name else ""


def _dimensions(results: Results) -> list[Record]:
    """Return the numbers by layer that estimate the dimension."""
    return [
        record
        for record in results
        if record.info.label == DIMENSION and record.profile == "depth" and isinstance(record.result, Estimate)
    ]


def _suggested(results: Results) -> list[str]:
    """Say what the profile of the dimension advises, and what that would cost where there are labels."""
    held = _dimensions(results)
    if not held:
        return []
    every = suggest_layers(results, measure=held[0].info.name, variant=held[0].variant)
    lines = [(advice.model, advice.step, advice.site, advice.group) for advice in every]
    said = []
    for advice in every:
        if len(advice.layers) < 2:
            continue
        name = _named((advice.model, advice.step, advice.site, advice.group), lines)
        chosen = [f"layer {layer.index} ({layer.name})" for layer in advice.suggested[:SHOWN]]
        verdict = f"Suggested without labels: {', then '.join(chosen)}." if chosen else "Nothing is suggested."
        cost = "".join(
            f" {overlap} is {regret:.3g} below its best there." if regret else f" {overlap} is at its best there."
            for overlap, regret in advice.regret.items()
        )
        said.append(f"{name}{verdict} {advice.evidence}{cost}")
    return said[:SHOWN]


def _settling(results: Results) -> list[str]:
    """Say between which successive layers neighbourhoods change most and least."""
    lines: dict[object, list[Record]] = {}
    for record in results:
        higher = record.info.higher_means == "more alike" and record.info.bounds == (0.0, 1.0)
        if record.profile == "next" and higher and isinstance(record.result, Estimate):
            lines.setdefault((record.variant, *series_of(record)), []).append(record)
    every = [record for held in lines.values() for record in held]
    said = []
    for held in lines.values():
        if len(held) < 2:
            continue
        low, high = min(held, key=value_of), max(held, key=value_of)
        name = f"{_named(series_of(low), map(series_of, every))}{low.variant}"
        if distinct(low, high):
            said.append(f"{name} changes most {_step(low)} and settles {_step(high)}.")
        else:
            said.append(f"{name}: no step stands out, from {number(low)} to {number(high)} between successive layers.")
    return said[:SHOWN]


def _step(record: Record) -> str:
    other = record.other or record.place
    layers = f"{record.place.layer.index} ({record.place.layer.name}) and {other.layer.index} ({other.layer.name})"
    return f"between layers {layers}, {number(record)}"


def _disagreements(results: Results) -> list[str]:
    """Say in how many layers two estimators differ by more than their errors, and where most."""
    held = [record for record in _dimensions(results) if _has_error(record)]
    variants = list(dict.fromkeys(record.variant for record in held))
    said = []
    for place, one in enumerate(variants):
        for other in variants[place + 1 :]:
            pairs = _matched(held, one, other)
            apart = [pair for pair in pairs if distinct(*pair)]
            if apart:
                a, b = max(apart, key=lambda pair: abs(value_of(pair[0]) - value_of(pair[1])))
                where = f"{_named(series_of(a), map(series_of, held))}{layer_words(a.place)}"
                said.append(
                    f"{one} and {other} differ by more than their errors in {len(apart)} of {len(pairs)} layers, most at "
                    f"{where}: {number(a)} against {number(b)}. Errors cover sampling, not the "
                    "bias of either: see the scale curves, and each estimator's page."
                )
    return said[:SHOWN]


def _matched(held: Sequence[Record], one: str, other: str) -> list[tuple[Record, Record]]:
    second = {(record.place, record.group): record for record in held if record.variant == other}
    return [
        (record, second[record.place, record.group])
        for record in held
        if record.variant == one and (record.place, record.group) in second
    ]
