"""Sentences about profiles: which layers are highest and lowest, which are most alike, between which they change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..results import Record, withheld_of
from ._apart import Sample, judged, rests_on_few
from ._conclusion import Conclusion
from ._series import series_of
from ._standing import standing
from ._words import count, finite, grouped, layer_words, listed, number, pair_words, subject, value_of

BY_LAYER = ("depth", "steps")
BY_PAIR = ("pairs", "models", "equal")
SAID = (*BY_LAYER, *BY_PAIR, "next")


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends of a set of values, and what errors do not tell from each."""

    high: Record
    """The largest, or the most alike."""
    low: Record
    """The smallest, or the least alike."""
    beside_high: tuple[Record, ...]
    """Others that may be the largest."""
    beside_low: tuple[Record, ...]
    """Others that may be the smallest."""
    judged: bool
    """Whether all have errors: without, nothing is concluded."""
    of: int
    """Values in all."""
    p_value: float
    """That equal values would be so far apart by chance."""

    @classmethod
    def among(cls, records: Sequence[Record], *, sign: int = 1, lines: int = 1) -> Ends | None:
        """Find them among the records that have a number; None where none has. With sign -1 the smallest is the high end.

        `lines`: how many such sets there are in the family, whose sentences are to be right together.
        """
        held = [record for record in finite(records) if not rests_on_few(record)]
        if not held:
            return None
        high, low = (pick(held, key=lambda record: sign * value_of(record)) for pick in (max, min))
        samples = [Sample.of(record) for record in held]
        found = standing(samples, lines=lines)
        sets = (found.may_be_high, found.may_be_low)[::sign]
        beside_high, beside_low = (
            tuple(record for record, kept in zip(held, some, strict=True) if kept and record is not end)
            for some, end in zip(sets, (high, low), strict=True)
        )
        certain = all(map(judged, held))
        return cls(high, low, beside_high, beside_low, judged=certain, of=len(held), p_value=found.p_value)

    @property
    def high_stands_out(self) -> bool:
        """Whether some value is shown to lie below the highest."""
        return self.judged and len(self.beside_high) < self.of - 1

    @property
    def low_stands_out(self) -> bool:
        """Whether some value is shown to lie above the lowest."""
        return self.judged and len(self.beside_low) < self.of - 1


def profile_conclusions(records: Sequence[Record], names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Yield what every profile says, of the first and the last checkpoint; `names` are the titles by variant."""
    told = _ends_of_training(records)
    families = grouped(
        (r for r in records if r.profile in SAID and r.place.step in told[r.place.model]),
        key=lambda r: (r.variant, r.profile, r.column),
    )
    for (variant, profile, _), family in families.items():
        lines = grouped(family, key=_line).values()
        for line in lines:
            said = subject(names[variant], line[0], family)
            if profile == "next":
                yield from _changes(line, said, len(lines))
            elif profile in BY_PAIR:
                yield from _alike(line, said, len(lines))
            else:
                yield from _by_layer(line, said, len(lines))


def unjudged(records: Sequence[Record], names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say once of each measure that it has values without errors, of which nothing is concluded."""
    held = finite(record for record in records if record.profile in SAID)
    for (variant, column), own in grouped(held, key=lambda r: (r.variant, r.column)).items():
        bare = [record for record in own if not judged(record) and not rests_on_few(record)]
        if bare and len(own) > 1:
            of = f" of {column}" if column is not None else ""
            low, high = (pick(bare, key=value_of) for pick in (min, max))
            how_many = (
                "the values have no errors"
                if len(bare) == len(own)
                else f"{len(bare):,} of {len(own):,} values have no errors"
            )
            over = {record.result.options.get("spread_over") for record in bare}
            if over != {None}:
                how_many = f"± is over {' and '.join(str(one) for one in over if one)}, not over examples"
            text = (
                f"{names[variant]}{of}: {how_many}, from {number(low)} to {number(high)}; nothing is concluded of them."
            )
            yield _about("no errors", [], text, of=own[0])


def _ends_of_training(records: Sequence[Record]) -> dict[str, tuple[float | None, ...]]:
    """Return model -> its first and last checkpoint: the others stand in tables and figures."""
    steps: dict[str, set[float | None]] = {}
    for record in records:
        steps.setdefault(record.place.model, set()).add(record.place.step)
    known = {model: [step for step in held if step is not None] for model, held in steps.items()}
    return {model: (None, *((min(held), max(held)) if held else ())) for model, held in known.items()}


def _line(record: Record) -> object:
    """Tell the lines of a figure apart; of two models also by the second."""
    other = record.other
    second = None if other is None or record.profile not in BY_PAIR else (other.model, other.layer.site)
    return (*series_of(record), second)


def _by_layer(line: Sequence[Record], said: str, lines: int) -> Iterator[Conclusion]:
    ends = Ends.among(line, lines=lines)
    if ends is None:
        return
    high, low, chance = ends.high, ends.low, _chance(ends.high)
    whole = f"from {number(low)} at {layer_words(low.place)} to {number(high)} at {layer_words(high.place)}"
    if ends.of == 1:
        yield _about("single", [high], f"{said}: {number(high)} at {layer_words(high.place)}{chance}.")
    elif ends.judged and not (ends.high_stands_out or ends.low_stands_out):
        yield _about("flat", [], f"{said}: no layer stands out beyond the errors, {whole}{chance}.", of=high)
    if ends.high_stands_out:
        text = f"{said}: {_end('highest', high, ends.beside_high)}{chance}."
        yield _about("highest", [high, *ends.beside_high], text, p_value=ends.p_value)
    if ends.low_stands_out:
        text = f"{said}: {_end('lowest', low, ends.beside_low)}."
        yield _about("lowest", [low, *ends.beside_low], text, p_value=ends.p_value)


def _end(word: str, best: Record, beside: Sequence[Record]) -> str:
    if not beside:
        return f"{word} {number(best)} at {layer_words(best.place)}"
    layers = sorted(record.place.layer.index for record in (best, *beside))
    return f"{word} within the errors at layers {listed(layers)} ({number(best)} at layer {best.place.layer.index})"


def _alike(line: Sequence[Record], said: str, lines: int) -> Iterator[Conclusion]:
    """Say which two different layers are most alike and least, or have most and least where neither way is alike."""
    declared = line[0].info.alike
    if declared is not None and line[0].profile == "models":
        return  # the best match of every layer says more
    ends = Ends.among(_once(line), sign=declared or 1, lines=lines)
    if ends is None:
        return
    words = Words("highest", "lowest", "flat", "pair") if declared is None else ALIKE
    yield from _pairs(ends, words, said)


def _once(line: Sequence[Record]) -> list[Record]:
    """Return the comparisons of two different layers; of a symmetric measure each pair once."""
    found: dict[object, Record] = {}
    for record in line:
        if record.other is not None and record.other != record.place:
            ends = (record.place, record.other)
            found.setdefault(frozenset(ends) if record.info.symmetric else ends, record)
    return list(found.values())


def _changes(line: Sequence[Record], said: str, lines: int) -> Iterator[Conclusion]:
    """Say between which successive layers a representation changes least and most, by a measure that says what is alike."""
    declared = line[0].info.alike
    ends = None if declared is None else Ends.among(line, sign=declared, lines=lines)
    if ends is not None and ends.of > 1:
        yield from _pairs(ends, CHANGES, said)


@dataclass(frozen=True, slots=True)
class Words:
    """What the two ends of comparisons are called; they are kinds of conclusions too."""

    high: str
    low: str
    neither: str
    one: str


ALIKE = Words("most alike", "least alike", "equally alike", "pair")
CHANGES = Words("changes least", "changes most", "changes evenly", "step")


def _pairs(ends: Ends, words: Words, said: str) -> Iterator[Conclusion]:
    high, low, chance = ends.high, ends.low, _chance(ends.high)
    whole = f"from {number(low)} between {pair_words(low)} to {number(high)} between {pair_words(high)}"
    if ends.of == 1:
        yield _about("single", [high], f"{said}: {number(high)} between {pair_words(high)}{chance}.")
    elif ends.judged and not (ends.high_stands_out or ends.low_stands_out):
        text = f"{said}: no {words.one} stands out beyond the errors, {whole}{chance}."
        yield _about(words.neither, [], text, of=high)
    for stands_out, word, end, beside in (
        (ends.high_stands_out, words.high, high, ends.beside_high),
        (ends.low_stands_out, words.low, low, ends.beside_low),
    ):
        more = f"; {count(len(beside), f'other {words.one}')} within the errors of it" if beside else ""
        by_chance = chance if end is high else ""
        if stands_out:
            text = f"{said}: {word} between {pair_words(end)}, {number(end)}{more}{by_chance}."
            yield _about(word, [end, *beside], text, p_value=ends.p_value)


def _chance(record: Record) -> str:
    if withheld_of(record):
        return "; chance is not known, because of ties"
    return "" if record.result.chance is None else f"; chance {record.result.chance:.3g}"


def _about(
    kind: str, named: Sequence[Record], text: str, *, of: Record | None = None, p_value: float | None = None
) -> Conclusion:
    """Make a conclusion that names the layers of these records, of a comparison both."""
    record = of or named[0]
    pairs = record.profile in (*BY_PAIR, "next")
    layers = [p.layer.key for one in named for p in (one.place, one.other if pairs else None) if p is not None]
    return Conclusion(
        kind,
        record.info.name,
        tuple(layers),
        text,
        variant=record.variant,
        model=record.place.model,
        profile=record.profile,
        p_value=p_value,
    )
