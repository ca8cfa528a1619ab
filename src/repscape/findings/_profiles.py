"""Sentences about profiles: which layers are highest and lowest, which are most alike, between which they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..results import Record, withheld_of
from ._apart import judged, rests_on_few
from ._conclusion import Conclusion
from ._ends import Ends
from ._series import series_of
from ._words import count, finite, grouped, layer_words, listed, number, pair_words, subject, value_of

BY_LAYER = ("depth", "steps")
BY_PAIR = ("pairs", "models", "equal")
NAMED = 3
SAID = (*BY_LAYER, *BY_PAIR, "next")


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
    elif ends.judged and not (ends.high_stands_out or ends.low_stands_out or any(ends.may_be)):
        text = f"{said}: no layer stands out beyond the errors, {whole}{chance}{ends.unnamed}."
        yield _about("flat", [], text, of=high)
    yield from _left_out(ends, said, lambda one: layer_words(one.place), ("highest", "lowest"))
    if ends.high_stands_out:
        text = f"{said}: {end_words(ends, high=True)}{chance}{ends.unnamed}."
        yield _about("highest", [high, *ends.beside_high], text, p_value=ends.p_value)
    if ends.low_stands_out:
        text = f"{said}: {end_words(ends, high=False)}{ends.unnamed}."
        yield _about("lowest", [low, *ends.beside_low], text, p_value=ends.p_value)


def _left_out(ends: Ends, said: str, words: Callable[[Record], str], names: tuple[str, str]) -> Iterator[Conclusion]:
    """Say which end is not named, because one that rests on few examples may be it."""
    open_ends = [name for name, may in zip(names, ends.may_be, strict=True) if may]
    if not open_ends or not ends.judged:
        return
    few = ends.left_out
    named = ", ".join(map(words, few[:NAMED])) + (f" and {len(few) - NAMED:,} more" if len(few) > NAMED else "")
    rest = "rests" if len(few) == 1 else "rest"
    text = (
        f"{said}: nothing is called {' or '.join(open_ends)}, since {named} {rest} on few examples and may be it; the others "
        f"are from {number(ends.low)} to {number(ends.high)}."
    )
    yield _about("left out", few, text)


def end_words(ends: Ends, *, high: bool) -> str:
    """Name the layers that may be the highest, or the lowest, and apart from them those that may be either."""
    word, (best, *beside) = "highest" if high else "lowest", ends.placed(high=high)
    said = f"{word} {number(best)} at {layer_words(best.place)}"
    if beside:
        layers = sorted(record.place.layer.index for record in (best, *beside))
        said = f"{word} within the errors at layers {listed(layers)} ({number(best)} at layer {best.place.layer.index})"
    named = {id(record) for record in (best, *beside)}
    return said + _unplaced([record for record in ends.unplaced if id(record) not in named])


def _unplaced(records: Sequence[Record]) -> str:
    if not records:
        return ""
    if len(records) == 1:
        (one,) = records
        return f"; layer {one.place.layer.index} ({number(one)}) is not known well enough to be placed"
    layers = sorted(record.place.layer.index for record in records)
    return f"; layers {listed(layers)} are not known well enough to be placed"


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
    elif ends.judged and not (ends.high_stands_out or ends.low_stands_out or any(ends.may_be)):
        text = f"{said}: no {words.one} stands out beyond the errors, {whole}{chance}{ends.unnamed}."
        yield _about(words.neither, [], text, of=high)
    yield from _left_out(ends, said, pair_words, (words.high, words.low))
    for stands_out, word, whole_set in (
        (ends.high_stands_out, words.high, (high, *ends.beside_high)),
        (ends.low_stands_out, words.low, (low, *ends.beside_low)),
    ):
        if not stands_out:
            continue
        is_high = whole_set[0] is high
        end, *beside = ends.placed(high=is_high)
        more = f"; {count(len(beside), f'other {words.one}')} within the errors of it" if beside else ""
        if unsure := len(whole_set) - 1 - len(beside):
            more += f"; {count(unsure, words.one)} not known well enough to be placed"
        text = (
            f"{said}: {word} between {pair_words(end)}, {number(end)}{more}{chance if is_high else ''}{ends.unnamed}."
        )
        yield _about(word, whole_set, text, p_value=ends.p_value)


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
