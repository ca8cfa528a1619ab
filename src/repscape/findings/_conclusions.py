"""What results say, in sentences as data: the page, the terminal, notebooks and the explorer show these and no others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..measures import INTRINSIC, Curve, Estimate
from ..results import Record, Results, titles
from ._apart import Move, differ, moved
from ._best_matches import match_conclusions
from ._conclusion import Conclusion
from ._profiles import profile_conclusions, unjudged
from ._series import series_of
from ._suggest import suggest_layers
from ._words import count, grouped, layer_words, line_words, merged, number, subject, value_of

SHOWN = 6  # layers of an advice
READING = (
    "± is one standard error of the value, by the method that Conventions names. Two values differ where the 95 % interval of "
    "their difference leaves out zero; the error of the difference is that over the same examples wherever results keep their "
    "deviations, and where there is no error nothing is concluded. No error covers a bias that all layers share."
)
BIAS = "Errors cover sampling, not the bias of either: see the scale curves, and each estimator's page."


def conclusions(results: Results) -> tuple[Conclusion, ...]:
    """Return the conclusions; of several checkpoints the last, of profiles the first as well."""
    names = titles(results.records)
    last = _last_checkpoints(results)
    return (
        *profile_conclusions(results.records, names),
        *match_conclusions(last.records, names),
        *_suggested(last, names),
        *_disagreements(last, names),
        *_moves(last, names),
        *_copies(results),
        *unjudged(results.records, names),
    )


def has_errors(results: Results) -> bool:
    """Whether some number has an error, so that ± is to be explained."""
    return any(isinstance(record.result, Estimate) and record.result.stderr is not None for record in results)


def _last_checkpoints(results: Results) -> Results:
    """Return the records of each model's last checkpoint; all of them where there is one."""
    last: dict[str, float] = {}
    for place in (record.place for record in results):
        if place.step is not None:
            last[place.model] = max(place.step, last.get(place.model, place.step))
    return replace(results, records=tuple(r for r in results if r.place.step in (None, last.get(r.place.model))))


def _numbers(results: Results, *, quantity: str | None = None) -> list[Record]:
    """Return the numbers by layer that estimate a quantity, or any that others may estimate too."""
    return [
        record
        for record in results
        if isinstance(record.result, Estimate)
        and record.profile == "depth"
        and record.info.quantity
        and quantity in (None, record.info.quantity)
    ]


def _suggested(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say what the profile of the dimension advises, and what that would cost where there are labels."""
    held = _numbers(results, quantity=INTRINSIC)
    if not held:
        return
    first = held[0]
    every = suggest_layers(results, measure=first.info.name, variant=first.variant)
    known = {f"{record.variant}[{record.column}]": f"{names[record.variant]} of {record.column}" for record in results}
    lines = [(advice.model, advice.step, advice.site, advice.group) for advice in every]
    for advice, line in zip(every, lines, strict=True):
        if len(advice.layers) < 2:
            continue
        said = line_words(line, lines)
        chosen = [f"layer {layer.index} ({layer.name})" for layer in advice.suggested[:SHOWN]]
        verdict = f"suggested without labels: {', then '.join(chosen)}" if chosen else "nothing is suggested"
        cost = "".join(
            f" {known[overlap]} is {regret:.3g} below its best there."
            if regret
            else f" {known[overlap]} is at its best there."
            for overlap, regret in advice.regret.items()
        )
        yield Conclusion(
            "suggested" if chosen else "not suggested",
            first.info.name,
            tuple(layer.key for layer in advice.suggested),
            f"{f'{said} · ' if said else ''}{names[first.variant]}: {verdict}. {advice.evidence}{cost}",
            variant=first.variant,
            model=advice.model,
        )


def _disagreements(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say in how many layers two estimators of one quantity differ by more than their errors, and where most."""
    for held in grouped(_numbers(results), key=lambda record: record.info.quantity).values():
        variants = list(dict.fromkeys(record.variant for record in held))
        for place, one in enumerate(variants):
            for other in variants[place + 1 :]:
                pairs = _matched(held, one, other)
                apart = [pair for pair in pairs if differ(*pair)]
                if apart:
                    a, b = max(apart, key=lambda pair: abs(value_of(pair[0]) - value_of(pair[1])))
                    line = line_words(series_of(a), [series_of(record) for record in held])
                    where = f"{f'{line} · ' if line else ''}{layer_words(a.place)}"
                    yield Conclusion(
                        "disagree",
                        a.info.name,
                        (a.place.layer.key, *(p.place.layer.key for p, _ in apart if p is not a)),
                        f"{names[one]} and {names[other]} differ by more than their errors in {len(apart)} of "
                        f"{count(len(pairs), 'layer')}, most at {where}: {number(a)} against {number(b)}. {BIAS}",
                        variant=one,
                        model=a.place.model,
                    )


def _matched(held: Sequence[Record], one: str, other: str) -> list[tuple[Record, Record]]:
    second = {(record.place, record.group): record for record in held if record.variant == other}
    return [
        (record, second[record.place, record.group])
        for record in held
        if record.variant == one and (record.place, record.group) in second
    ]


def _moves(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say where a value still moves between half of the examples and all of them."""
    curves = [(r, r.result) for r in results if isinstance(r.result, Curve) and r.profile == "depth"]
    lines: dict[object, list[tuple[Record, Curve, Move]]] = {}
    for record, curve in curves:
        if (found := moved(curve)) is not None:
            lines.setdefault((record.variant, record.column, *series_of(record)), []).append((record, curve, found))
    for line in lines.values():
        moving = [entry for entry in line if entry[2].by.differs]
        if not moving:
            continue
        record, curve, most = max(moving, key=lambda entry: abs(entry[2].by.value) / abs(entry[2].end or math.nan))
        yield Conclusion(
            "moves",
            record.info.name,
            (record.place.layer.key, *(other.place.layer.key for other, *_ in moving if other is not record)),
            f"{subject(names[record.variant], record, [other for other, _ in curves])}: still moves with the number of "
            f"{curve.x_name} in {len(moving)} of {count(len(line), 'layer')}, most at {layer_words(record.place)}: "
            f"{most.end - most.by.value:.3g} from {most.half:,.0f}, {most.end:.3g} from {most.all:,.0f}. More of them would "
            "change it.",
            variant=record.variant,
            model=record.place.model,
        )


def _copies(results: Results) -> Iterator[Conclusion]:
    """Say how many rows are copies of others."""
    for text in merged(results):
        yield Conclusion("copies", "", (), text)
