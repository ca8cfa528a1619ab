"""What results say, in sentences as data: the page, the terminal, notebooks and the explorer show these and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..measures import INTRINSIC, Estimate
from ..results import Results, titles
from ._best_matches import match_conclusions
from ._conclusion import Conclusion
from ._profiles import profile_conclusions, unjudged
from ._suggest import suggest_layers
from ._wary import copies, disagreements, moves, near_copies, numbers_of
from ._words import line_words

SHOWN = 6  # layers of an advice
READING = (
    "± is one standard error of the value, by the method that Conventions names. Two values differ where the 95 % interval of "
    "their difference leaves out zero; the error of the difference is that over the same examples wherever results keep their "
    "deviations, and where there is no error nothing is concluded. No error covers a bias that all layers share."
)


def conclusions(results: Results) -> tuple[Conclusion, ...]:
    """Return the conclusions; of several checkpoints the last, of profiles the first as well."""
    names = titles(results.records)
    last = _last_checkpoints(results)
    return (
        *profile_conclusions(results.records, names),
        *match_conclusions(last.records, names),
        *_suggested(last, names),
        *disagreements(last, names),
        *moves(last, names),
        *near_copies(last, names),
        *copies(results),
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
