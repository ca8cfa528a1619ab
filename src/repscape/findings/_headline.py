"""The few sentences that a page opens with and a terminal prints first: what a study says, each with the error that carries it.

They conclude nothing that :func:`conclusions` does not: the same ends of the same profiles, judged by the same errors, in words
for somebody who has not read the rest. Where errors do not part the layers, that is what they say. They are to be right all
together, and so allow for one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .._types import Brief
from ..measures import INTRINSIC, Estimate, rounded
from ..measures.uncertainty import Beyond
from ..results import Record, Results, beyond, titles, withheld_of
from ._apart import Sample, difference, judged
from ._conclusion import Conclusion
from ._ends import Ends
from ._focus import by_training, in_focus
from ._gaps import with_gaps
from ._recommend import OVERLAPS, Recommended, recommended
from ._standing import told_apart
from ._wary import BIAS, disagreements, moves, near_copies
from ._words import capital, count, finite, grouped, number, spanned, value_of

READ_BY = ("probe_linear", "probe_mlp", "probe_knn", *OVERLAPS)
"""What says how well a column can be read from a layer; the first that was measured does."""
KEPT = "overlap_neighbors"
MOST = 5
"""Sentences; those that compare are to be right all together, so that each has its share of the 5 %."""


@dataclass(frozen=True, slots=True, repr=False)
class Headline(Brief):
    """What a study says, in short."""

    sentences: tuple[Conclusion, ...]
    """At most five, the foremost first."""
    recommended: tuple[Recommended, ...]
    """For each model the layer to go on with, where something speaks for one."""
    curve: tuple[Record, ...]
    """The profile that shows the most, at every checkpoint; empty where there is none."""

    @property
    def column(self) -> str | None:
        """The labels or values that the curve is about, if any."""
        return self.curve[0].column if self.curve else None


def headline(results: Results) -> Headline:
    """Say in at most five sentences what a study says.

    Parameters
    ----------
    results : Results
        Of a study; of several checkpoints the last counts, and the first beside it.

    Returns
    -------
    Headline
        Sentences, the layer to go on with, and which curve shows the most.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.findings import headline
    >>> y = np.arange(300) % 2
    >>> noise = np.random.default_rng(0).normal(size=(300, 3))
    >>> layers = {"a": noise, "b": noise + 3 * y[:, None]}
    >>> found = rs.run(layers, rs.Plan(measures=["overlap_labels"], labels="y"), columns={"y": y})
    >>> headline(found).sentences[0].text[:33]
    'y is read best at layer 1 (b): la'
    """
    held = in_focus(results)
    names = titles(results.records)
    main = _main(held)
    models = dict.fromkeys(record.place.model for record in results)
    wary = [*near_copies(held, names), *disagreements(held, names), *moves(held, names)][:1]
    said = [
        *(_read(main, names, several=len(models) > 1) if main and main[0].column is not None else ()),
        *_trained(results, main, names),
        *_kept(held),
        *_matched(held, names),
        *_filled(held, names),
    ][: MOST - len(wary)]
    cautious = [_about(one, one.text.removesuffix(f" {BIAS}")) for one in wary]
    column = main[0].column if main else None
    kept = {record.place.layer for record in main}
    curve = [r for r in results if main and _asked(r) == _asked(main[0]) and r.group is None and r.place.layer in kept]
    advised = [recommended(results, model=model, column=column) for model in models]
    return Headline(
        sentences=(*with_gaps(said, results.failed), *cautious),
        recommended=tuple(one for one in advised if one is not None),
        curve=tuple(curve),
    )


def _asked(record: Record) -> tuple[str, str, str | None]:
    return record.variant, record.profile, record.column


def _main(held: Results) -> list[Record]:
    """Return the profile that shows the most: of what can be read, else of the dimension, else of whatever there is."""
    profiles = [r for r in held if r.profile == "depth"]
    numbers = [r for r in profiles if isinstance(r.result, Estimate)]
    ways = (
        *([r for r in numbers if r.info.name == name] for name in READ_BY),
        [r for r in numbers if r.info.quantity == INTRINSIC],
        numbers,
        profiles,
    )
    found = next((own for own in ways if own), [])
    return [r for r in found if _asked(r) == _asked(found[0])]


def _by_model(records: Sequence[Record], *, several: bool) -> Iterator[tuple[str, Ends]]:
    """Yield the words for each model, and the ends of its profile; nothing where errors are missing."""
    lines = grouped(records, key=lambda record: record.place.model)
    for model, line in lines.items():
        ends = Ends.among(line, lines=MOST * len(lines))
        if ends is not None and ends.judged and ends.of > 1:
            yield (f"In {model}, " if several else ""), ends


def _read(main: Sequence[Record], names: Mapping[str, str], *, several: bool) -> Iterator[Conclusion]:
    title = _inside(names[main[0].variant])
    for where, ends in _by_model(main, several=several):
        best, *beside = ends.placed(high=True) if ends.high_stands_out else (ends.high,)
        chance = best.result.chance
        by_chance = "" if chance is None else f", by chance {chance:.3g}"
        if ends.high_stands_out:
            layers = _layers(best, beside) + _unsure(ends, (best, *beside))
            yield _of(
                "highest", best, f"{where}{best.column} is read best at {layers}: {title} {number(best)}{by_chance}."
            )
        elif not ends.low_stands_out:
            yield _of(
                "flat",
                best,
                f"{where}{best.column} is read alike at every layer, within the errors: {title} from {number(ends.low)} to "
                f"{number(best)}{by_chance}.",
            )


def _trained(results: Results, main: Sequence[Record], names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say how the last layer's value moved from the first checkpoint to the last."""
    lines = grouped(finite(main), key=lambda record: record.place.model).values()
    for line in lines:
        last = max(line, key=lambda record: record.place.layer.index)
        steps = finite(by_training(results, last))
        if len(steps) < 2 or not (judged(steps[0]) and judged(steps[-1])):
            continue
        first, end = steps[0], steps[-1]
        title = names[last.variant] + (f" of {last.column}" if last.column else "")
        (apart,) = told_apart([difference(Sample.of(end), Sample.of(first))], lines=MOST * len(lines))
        way = ("rises" if value_of(end) > value_of(first) else "falls") if apart else ""
        span = f"from {number(first)} at step {first.place.step:g} to {number(end)} at step {end.place.step:g}"
        said = (
            f"{title} {way} in the last layer {span}." if way else f"{title} does not move beyond its errors, {span}."
        )
        yield _of("changes most" if way else "changes evenly", end, capital(said))


def _kept(held: Results) -> Iterator[Conclusion]:
    """Say how many of the first layer's neighbours the last keeps, or between which layers most are lost."""
    own = [r for r in held if r.info.name == KEPT and r.other is not None and r.other.model == r.place.model]
    for model, line in grouped(own, key=lambda record: record.place.model).items():
        where = f"In {model}, of" if len({r.place.model for r in held}) > 1 else "Of"
        ends = {place.layer.index for r in line for place in (r.place, r.other) if place is not None}
        wanted = {min(ends), max(ends)}
        whole = [r for r in line if r.other is not None and {r.place.layer.index, r.other.layer.index} == wanted]
        for record in whole[:1] if len(wanted) > 1 else []:
            if isinstance(record.result, Estimate) and record.result.stderr is not None:
                k, chance = record.result.options.get("k"), record.result.chance
                by_chance = "" if chance is None or withheld_of(record) else f", by chance {100 * chance:.2g} %"
                share = f"{rounded(100 * record.result.value, 100 * record.result.stderr, digits=3)} %"
                yield _of(
                    "least alike",
                    record,
                    f"{where} each example's {k} nearest neighbours in the first layer the last keeps {share}{by_chance}.",
                )


def _matched(held: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say where two models are most alike."""
    own = [r for r in finite(held) if r.profile == "models" and r.other is not None and r.info.alike is not None]
    for variant, line in list(grouped(own, key=lambda record: record.variant).items())[:1]:
        ends = Ends.among(line, sign=line[0].info.alike or 1, lines=MOST)
        if ends is None or not ends.judged or ends.high.other is None:
            continue
        one, other, chance = ends.high.place, ends.high.other, ends.high.result.chance
        also = f"; {count(len(ends.beside_high), 'other pair')} within the errors" if ends.beside_high else ""
        by_chance = "" if chance is None else f", {'one pair ' if ends.of > 1 else ''}by chance {chance:.3g}"
        beside = _beside_chance(line, ends.high)
        at = f"layers {one.layer.index} ({one.layer.name}) and {other.layer.index} ({other.layer.name})"
        both, value = f"{one.model} and {other.model}", f"{_inside(names[variant])} {number(ends.high)}"
        if beside is not None and beside.why:
            where = f" at {at}" if ends.of > 1 else ""
            said = f"{both}: {value}{where}; whether that is beyond chance cannot be said: {beside.why}."
            yield _of("unsure match", ends.high, said)
            continue
        if beside is not None:
            by_chance = f", the best of {beside.of:,} by chance {beside.best_by_chance:.3g}"
        alike = beside is None or beside.above
        where = f"{' are most alike' if alike else ' are not alike beyond chance, not even'} at {at}"
        said = f"{both}{where if ends.of > 1 else ''}: {value}{by_chance}{also if alike else ''}."
        yield _of("most alike" if ends.of > 1 else "single", ends.high, said)


def _beside_chance(line: Sequence[Record], best: Record) -> Beyond | None:
    """Return the best pair beside what the best of as many reads by chance, where relabelled examples say it."""
    return beyond([record for record in line if record.profile == best.profile]).get(id(best))


def _filled(held: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say how many dimensions the data fill, at most and at least."""
    numbers = [
        r for r in held if r.info.quantity == INTRINSIC and isinstance(r.result, Estimate) and r.profile == "depth"
    ]
    own = [r for r in numbers if r.variant == numbers[0].variant]
    for where, ends in _by_model(own, several=len({r.place.model for r in held}) > 1):
        title = names[own[0].variant]
        if not (ends.high_stands_out or ends.low_stands_out):
            span = f"{number(ends.low)} to {number(ends.high)}"
            said = f"{where}{title}: no layer differs from another beyond the errors, {span}."
            yield _of("flat", ends.high, capital(said))
            continue
        if _shared(ends):
            ends_said = (
                f"from {number(ends.low)} at {_layers(ends.low, ())} to {number(ends.high)} at {_layers(ends.high, ())}"
            )
            said = f"{where}{title}: {ends_said}; layers between them are not all told apart."
            yield _of("highest" if ends.high_stands_out else "lowest", ends.high, capital(said))
            continue
        parts = []
        if ends.high_stands_out:
            parts.append(f"highest at {_layers(ends.high, ends.beside_high)}, {number(ends.high)}")
        if ends.low_stands_out:
            parts.append(f"lowest at {_layers(ends.low, ends.beside_low)}, {number(ends.low)}")
        yield _of(
            "highest" if ends.high_stands_out else "lowest",
            ends.high,
            capital(f"{where}{title}: {', and '.join(parts)}."),
        )


def _shared(ends: Ends) -> bool:
    """Whether some layer is told neither from the highest nor from the lowest."""
    high, low = ([r.place for r in own] for own in (ends.beside_high, ends.beside_low))
    return ends.high_stands_out and ends.low_stands_out and any(place in low for place in high)


def _layers(best: Record, beside: Sequence[Record]) -> str:
    """Name a layer; where errors do not part others from it, all of them by their numbers."""
    if not beside:
        return f"layer {best.place.layer.index} ({best.place.layer.name})"
    return spanned(record.place.layer.index for record in (best, *beside))


def _unsure(ends: Ends, said: Sequence[Record]) -> str:
    """Name the layers that may be the best and may be the worst."""
    named = {id(record) for record in said}
    rest = [record.place.layer.index for record in ends.unplaced if id(record) not in named]
    return f" ({spanned(rest)} not known well enough)" if rest else ""


def _inside(title: str) -> str:
    """Return a title as it stands inside a sentence: "Label overlap" without its capital, "CKA" as it is."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _of(kind: str, record: Record, text: str) -> Conclusion:
    places = (record.place, *([] if record.other is None else [record.other]))
    layers = tuple(place.layer.key for place in places)
    return Conclusion(
        kind,
        record.info.name,
        layers,
        text,
        variant=record.variant,
        model=record.place.model,
        profile=record.profile,
    )


def _about(one: Conclusion, text: str) -> Conclusion:
    return Conclusion(one.kind, one.measure, one.layers, text, variant=one.variant, model=one.model)
