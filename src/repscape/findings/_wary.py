"""What a reader should be wary of: estimators that disagree, values that still move with n, copies that decide."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ..measures import Curve, Estimate
from ..results import MATRICES, Record, Results
from ._apart import Move, Sample, difference, moved, rests_on_few
from ._conclusion import Conclusion
from ._series import series_of
from ._standing import least_p, told_apart
from ._words import count, grouped, layer_words, line_words, merged, number, pair_words, subject, value_of

N_EFF = "n_eff"
NUMBER, WITHOUT, DECIDE = "near_copies", "without_near_copies", "near_copies_decide"
"""Details of results that look for near copies."""
BIAS = "Errors cover sampling, not the bias of either: see the scale curves, and each estimator's page."


def numbers_of(results: Results, *, quantity: str | None = None) -> list[Record]:
    """Return the numbers by layer that estimate a quantity, or any that others may estimate too."""
    return [
        record
        for record in results
        if isinstance(record.result, Estimate)
        and record.profile == "depth"
        and record.info.quantity
        and quantity in (None, record.info.quantity)
    ]


def disagreements(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say in how many layers two estimators of one quantity differ by more than their errors, and where most."""
    known = [record for record in numbers_of(results) if not rests_on_few(record)]
    for held in grouped(known, key=lambda record: record.info.quantity).values():
        both = list(itertools.combinations(dict.fromkeys(record.variant for record in held), 2))
        for one, other in both:
            pairs = _matched(held, one, other)
            found = [difference(Sample.of(a), Sample.of(b)) for a, b in pairs]
            told = told_apart(found, lines=len(both))
            apart = [pair for pair, differs in zip(pairs, told, strict=True) if differs]
            if not apart:
                continue
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
                p_value=least_p(found, lines=len(both)),
            )


def _matched(held: Sequence[Record], one: str, other: str) -> list[tuple[Record, Record]]:
    second = {(record.place, record.group): record for record in held if record.variant == other}
    return [
        (record, second[record.place, record.group])
        for record in held
        if record.variant == one and (record.place, record.group) in second
    ]


def moves(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say where a value still moves between half of the examples and all of them."""
    curves = [(r, r.result) for r in results if isinstance(r.result, Curve) and r.profile == "depth"]
    lines: dict[tuple[object, ...], list[tuple[Record, Curve, Move]]] = {}
    for record, curve in curves:
        if (found := moved(curve)) is not None:
            lines.setdefault((record.variant, record.column, *series_of(record)), []).append((record, curve, found))
    families = Counter(key[:2] for key in lines)
    for key, line in lines.items():
        by = [entry[2].by for entry in line]
        told = told_apart(by, lines=families[key[:2]])
        moving = [entry for entry, differs in zip(line, told, strict=True) if differs]
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
            p_value=least_p(by, lines=families[key[:2]]),
        )


def few_examples(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say which values rest on few examples, of which nothing is concluded."""
    for line in grouped(results.records, key=lambda r: (r.variant, r.column, r.profile)).values():
        few = [record for record in line if rests_on_few(record)]
        if not few:
            continue
        first = min(few, key=lambda record: float(np.min(record.result.details.get(N_EFF, math.inf))))
        yield Conclusion(
            "few examples",
            first.info.name,
            tuple(dict.fromkeys(record.place.layer.key for record in (first, *few))),
            f"{subject(names[first.variant], first, line)}: rests on few examples in {len(few)} of {len(line)}, most at "
            f"{_where(first)}: {_with_both(first)}. Another sample may lack them: nothing is concluded of these.",
            variant=first.variant,
            model=first.place.model,
            profile=first.profile,
        )


def _where(record: Record) -> str:
    return pair_words(record) if record.profile in MATRICES else layer_words(record.place)


def _with_both(record: Record) -> str:
    """Return the value, on how many examples it rests, and what it is without clumps of near copies."""
    result = record.result
    said = number(record) if isinstance(result, Estimate) else str(result.options["rests_on"]).partition("at ")[2]
    n_eff = float(np.min(result.details.get(N_EFF, math.nan)))
    about = f"{said}, as if {n_eff:.0f} examples of {result.n:,} decided it" if math.isfinite(n_eff) else said
    if WITHOUT not in result.details or not result.details.get(NUMBER):
        return about
    value, without, _ = _without(record)
    return f"{about}; {value:.3g}, and {without:.3g} with one point for each clump of near copies"


def copies(results: Results) -> Iterator[Conclusion]:
    """Say how many rows are copies of others."""
    for text in merged(results):
        yield Conclusion("copies", "", (), text)


def near_copies(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say where points that nearly coincide decide a value, and what it is with one point for each group of them."""
    held = [r for r in results if r.profile == "depth" and DECIDE in r.result.details]
    for line in grouped(held, key=lambda r: (r.variant, r.column, *series_of(r))).values():
        decided = [(record, *_without(record)) for record in line if np.any(record.result.details[DECIDE])]
        if not decided:
            continue
        record, value, without, _ = max(decided, key=lambda entry: entry[3])
        layers = (record.place.layer.key, *(other.place.layer.key for other, *_ in decided if other is not record))
        yield Conclusion(
            "near-copies",
            record.info.name,
            layers,
            f"{subject(names[record.variant], record, held)}: near copies decide the value in {len(decided)} of "
            f"{count(len(line), 'layer')}, most at {layer_words(record.place)}: {value:.3g}, and {without:.3g} with one point "
            f"for each group of the {count(int(record.result.details[NUMBER]), 'point')} that have one.",
            variant=record.variant,
            model=record.place.model,
        )


def _without(record: Record) -> tuple[float, float, float]:
    """Return a value, what it is without near copies, and by what share it differs; of a curve where that is most."""
    result = record.result
    own = result.value if isinstance(result, Estimate) else result.values
    values = np.atleast_1d(np.asarray(own, dtype=np.float64))
    without = np.atleast_1d(np.asarray(result.details[WITHOUT], dtype=np.float64))
    apart = np.nan_to_num(np.abs(without - values)) / np.maximum(np.nan_to_num(np.abs(values)), np.finfo(float).tiny)
    place = int(apart.argmax())
    return float(values[place]), float(without[place]), float(apart[place])
