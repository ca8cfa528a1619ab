"""What results say, in sentences as data: the page, the terminal, notebooks and the explorer show these and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..measures import INTRINSIC, Estimate
from ..results import Results, titles
from ._best_matches import match_conclusions
from ._conclusion import Conclusion
from ._gaps import with_gaps
from ._profiles import profile_conclusions, unjudged
from ._standing import holm
from ._suggest import suggest_layers
from ._wary import copies, disagreements, few_examples, moves, near_copies, numbers_of
from ._words import line_words

SHOWN = 6  # layers of an advice
READING = (
    "± is one standard error of the value, by the method that Conventions names. What is said to stand out does so beyond what "
    "the largest difference between any two of so many equal values would be by chance: for each measure, profile and kind of "
    "sentence something false is said in at most 5 % of samples. Errors of differences are those over the same examples "
    "wherever results keep their deviations; where there is no error, or a value rests on few examples, nothing is concluded. "
    "A layer whose error is so large that it may be the highest and may be the lowest is said not to be known well enough to "
    "be placed: the end is among those named and these. "
    "No error covers a bias that all layers share."
)


def conclusions(results: Results) -> tuple[Conclusion, ...]:
    """Return the conclusions; of several checkpoints the last, of profiles the first as well."""
    names = titles(results.records)
    last = _last_checkpoints(results)
    said = (
        *with_gaps(profile_conclusions(results.records, names), results.failed),
        *match_conclusions(last.records, names, results.failed),
        *_suggested(last, names),
        *disagreements(last, names),
        *moves(last, names),
        *near_copies(last, names),
        *few_examples(results, names),
        *copies(results),
        *unjudged(results.records, names),
    )
    return _marked(said)


def held_together(said: Sequence[Conclusion]) -> str:
    """Return which sentences hold together, whatever else is said; "" where fewer than two compare anything."""
    compared = {_family(one) for one in said if one.p_value is not None}
    if len(compared) < 2:
        return ""
    held = [one for one in said if one.headline]
    if not held:
        return f"Of {len(compared)} kinds of sentences that compare values none holds beyond doubt about all of them."
    kinds = dict.fromkeys(f"{one.variant}: {one.kind}" for one in held)
    return (
        f"Each of {len(compared)} kinds of sentences below is wrong in at most 5 % of samples. These hold all together "
        f"(Holm): {'; '.join(kinds)}."
    )


def _family(one: Conclusion) -> tuple[str, str, str]:
    return one.variant, one.profile, one.kind


def _marked(said: Sequence[Conclusion]) -> tuple[Conclusion, ...]:
    """Mark what holds together: a family is one measure, one profile, one kind of sentence."""
    least: dict[tuple[str, str, str], float] = {}
    for one in said:
        if one.p_value is not None:
            least[_family(one)] = min(one.p_value, least.get(_family(one), 1.0))
    held = dict(zip(least, holm(list(least.values())), strict=True))
    return tuple(
        replace(one, headline=True) if held.get(_family(one)) and one.p_value is not None else one for one in said
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


def _suggested(results: Results, names: Mapping[str, str]) -> Iterator[Conclusion]:
    """Say what the profile of the dimension advises, and what that would cost where there are labels."""
    held = numbers_of(results, quantity=INTRINSIC)
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
