"""Which layer of another model each layer is most alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..measures import Estimate
from ..measures.uncertainty import Beyond
from ..results import Failure, Place, Record, Results, beyond, failed_in
from ._apart import Sample, judged, may_exceed, rests_on_few
from ._beyond_chance import calibrated_beyond
from ._conclusion import Conclusion
from ._standing import standing
from ._words import finite, grouped, subject, value_of

if TYPE_CHECKING:
    import pandas as pd

NAMED = 3
"""Layers that one may equally match, named in a sentence."""


def best_matches(results: Results, measure: str | None = None) -> pd.DataFrame:
    """Return, for every layer of one model, the layer of another that is most alike.

    Parameters
    ----------
    results : Results
        With all pairs of layers of two models: `Plan(profiles=["models"])`, which is also what runs where nothing is said and
        there are several models.
    measure : str, optional
        Only this measure; by default all that say which way is more alike (`Measure.alike`).

    Returns
    -------
    pandas.DataFrame
        One row for each measure and layer: variant (the measure with its options), model, layer, depth, other_model,
        other_layer, other_depth, value, stderr and chance (NaN where there is none); also, a tuple of the other layers that
        errors do not tell from the match; unknown, a tuple of those of which nothing is known: the comparison failed, or has no
        value; sure, whether every other layer is shown to be less alike: True, False, or None where
        there are no errors and nothing is concluded. A measure that is not the same both ways is read from the layer to the
        other. Where the measure has a null (`permutations=`): p_value and calibrated,
        of the pair by itself; chance_best, what the best of this row reads on average where the examples are relabelled;
        limit, what the match must pass, so that in 95 % of relabellings no pair of the two models passes its own; p_family,
        how often some pair is as extreme; above, whether the match is beyond the limit, or None where that cannot be said and
        why says why (:func:`beyond_chance`); calibrated_family, from the limit to the best there can be. Otherwise these are
        NaN, and above is None. Layers stand in their order; of several that match
        equally well the first is named. In 95 % of samples all rows of a measure together leave out no layer that is as alike
        as the match.

    Raises
    ------
    InputError
        If no pairs of layers of two models are among the results, or the measure does not say which way is more alike.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 6))
    >>> model = {"a": X, "b": X @ np.diag([1, 1, 1, 5, 5, 5])}
    >>> found = rs.run({"one": model, "two": model}, rs.Plan(measures=["sim_cka"], profiles=["models"]))
    >>> rs.best_matches(found)[["layer", "other_layer", "sure"]].values.tolist()
    [['a', 'a', True], ['b', 'b', True]]
    """
    import pandas as pd

    chosen = [r for r in results.select(measure, profile="models") if isinstance(r.result, Estimate)]
    if not any(r.other is not None for r in chosen):
        wanted = "compare layers of two models" if measure is None else f"be of {measure} over layers of two models"
        raise InputError(f"results of best_matches must {wanted}: Plan(profiles=['models']). Got none such.")
    found = [match.row() for match in matches(chosen, results.failed)]
    if not found:
        names = ", ".join(dict.fromkeys(record.variant for record in chosen))
        raise InputError(
            f"measure of best_matches must say which way is more alike: Measure(..., alike=1), or alike=-1 of a distance. "
            f"{names} does not."
        )
    return pd.DataFrame(found)


@dataclass(frozen=True, slots=True)
class Match:
    """The layer of another model that one layer is most alike."""

    best: Record
    """The comparison."""
    also: tuple[Record, ...]
    """Comparisons of the same layer that may be the most alike too; none where there are no errors."""
    sure: bool | None
    """Whether every other is shown to be less alike; None where there are no errors."""
    unknown: tuple[str, ...] = ()
    """Layers of the other model of which nothing is known: any of them may be more alike."""
    p_value: float = 1.0
    """That layers which are equally alike would be so far apart by chance."""
    beyond: Beyond | None = None
    """The match beside the best of as many unrelated pairs; None without a null."""
    chance_best: float = np.nan
    """What the best of the row reads by chance."""

    def row(self) -> dict[str, object]:
        """Return it for a table."""
        place, other, result = self.best.place, _other(self.best), self.best.result
        return {
            "variant": self.best.variant,
            "model": place.model,
            "layer": place.layer.key,
            "depth": place.layer.depth,
            "other_model": other.model,
            "other_layer": other.layer.key,
            "other_depth": other.layer.depth,
            "value": value_of(self.best),
            "stderr": np.nan if result.stderr is None else result.stderr,
            "chance": np.nan if result.chance is None else result.chance,
            "p_value": _or_nan(result.p_value if isinstance(result, Estimate) else None),
            "calibrated": _or_nan(result.calibrated if isinstance(result, Estimate) else None),
            "chance_best": self.chance_best,
            "limit": np.nan if self.beyond is None else self.beyond.limit,
            "p_family": np.nan if self.beyond is None else self.beyond.p_value,
            "calibrated_family": np.nan
            if self.beyond is None
            else _or_nan(calibrated_beyond(self.best, self.beyond.limit)),
            "above": None if self.beyond is None else self.beyond.above,
            "why": "" if self.beyond is None else self.beyond.why,
            "also": tuple(_other(record).layer.key for record in self.also),
            "unknown": self.unknown,
            "sure": self.sure,
        }


def matches(records: Sequence[Record], failed: Iterable[Failure] = ()) -> Iterator[Match]:
    """Yield the best match of every layer, by measures that say which way is more alike."""
    gaps = [one for one in failed if "models" in one.profiles]
    held = (r for r in records if r.other is not None and r.info.alike is not None and r.profile == "models")
    measured = grouped(held, key=lambda r: (r.variant, r.column))
    for family in measured.values():
        known, compared = beyond(family), _compared(family, gaps)
        rows = grouped(family, key=lambda r: (r.group, r.place, _other(r).model, _other(r).step))
        for same in rows.values():
            found = _match(same, len(rows), _unknown(same, compared))
            by_chance = [one.best_by_chance for one in beyond(same).values() if np.isfinite(one.best_by_chance)]
            yield replace(found, beyond=known.get(id(found.best)), chance_best=by_chance[0] if by_chance else np.nan)


def _compared(family: Sequence[Record], gaps: Iterable[Failure]) -> dict[object, list[Place]]:
    """Return the layers that those of another model are compared with, also where it failed, by their model and step."""
    called = {record.variant if record.column is None else f"{record.variant}[{record.column}]" for record in family}
    others = [_other(record) for record in family] + [one.other for one in gaps if one.other and one.measure in called]
    found: dict[object, list[Place]] = {}
    for place in dict.fromkeys(others):
        found.setdefault((place.model, place.step), []).append(place)
    return found


def _unknown(same: Sequence[Record], compared: Mapping[object, Sequence[Place]]) -> tuple[str, ...]:
    """Return the layers of the other model that the layer of these comparisons may be more alike, for all that is known."""
    first, sites = _other(same[0]), {_other(record).layer.site for record in same}
    known = {_other(record) for record in finite(same)}
    every = [one for one in compared[first.model, first.step] if one.layer.site in sites and one not in known]
    return tuple(one.layer.key for one in sorted(every, key=lambda one: one.layer.index))


def _match(same: Sequence[Record], rows: int, unknown: tuple[str, ...]) -> Match:
    """Return which of the comparisons of one layer may be the most alike, one of so many rows that are to be right together."""
    sign = same[0].info.alike or 1
    known = [record for record in finite(same) if not rests_on_few(record)]
    best = max(known or finite(same) or same, key=lambda record: sign * value_of(record))
    if not known or not all(map(judged, known)):
        return Match(best, (), None, unknown)
    found = standing([Sample.of(record) for record in known], lines=rows)
    kept = found.may_be_high if sign > 0 else found.may_be_low
    also = tuple(record for record, may in zip(known, kept, strict=True) if may and record is not best)
    left = (record for record in finite(same) if rests_on_few(record))
    also += tuple(record for record in left if may_exceed(record, best, sign=sign, of=rows * len(same)))
    return Match(best, also, not (also or unknown), unknown, found.p_value)


def match_conclusions(
    records: Sequence[Record], names: dict[str, str], failed: Iterable[Failure] = ()
) -> Iterator[Conclusion]:
    """Yield, for each measure and two models, which layers match."""
    pairs = _by_models(records, failed).values()
    for held in pairs:
        first = held[0].best
        said = subject(names[first.variant], first, [other[0].best for other in pairs])
        gaps = _one_way(first) + _gaps(held, failed)
        if all(match.sure is None for match in held):
            continue
        unsaid = [match for match in held if match.beyond is not None and match.beyond.why]
        within = [match for match in held if match.beyond is not None and match.beyond.above is False]
        held = [match for match in held if match not in (*unsaid, *within)]
        if not held:
            yield _nothing_beyond(said, within, unsaid, gaps)
            continue
        layers = tuple(_other(match.best).layer.key for match in held)
        sure = sum(match.sure is True for match in held)
        listed = ", ".join(f"{match.best.place.layer.key} to {_names(match)}" for match in held)
        text = f"{said}: layers of {first.place.model} and their best matches in {_other(first).model}: {listed}."
        text += "" if sure == len(held) else f" {sure} of {len(held)} differ from every other layer beyond the errors."
        text += f" {_count_within(within)} no more alike than the best of unrelated pairs." if within else ""
        text += _unsaid(unsaid)
        text += gaps
        kind = "best match" if sure else "unsure match"
        p = min(1.0, min(match.p_value for match in held) * len(pairs)) if sure else None
        yield Conclusion(kind, first.info.name, layers, text, variant=first.variant, model=first.place.model, p_value=p)


def _one_way(record: Record) -> str:
    """Say which direction is judged, of a measure that is not the same both ways."""
    one, other = record.place.model, _other(record).model
    return "" if record.info.symmetric else f" Judged from {one} to {other} alone; the other way may read otherwise."


def _gaps(held: Sequence[Match], failed: Iterable[Failure]) -> str:
    """Say which comparisons of two models have no value: a better match may be among them."""
    best, other = held[0].best, _other(held[0].best)
    rows = [f"{match.best.place.layer.key} with {name}" for match in held for name in match.unknown]
    with_row = {match.best.place for match in held}
    lost = failed_in(failed, profile="models", variants=[best.variant], models=[best.place.model])
    away = [one.place for one in lost if one.other and (one.other.model, one.other.step) == (other.model, other.step)]
    rows += [f"{place.layer.key} with any" for place in dict.fromkeys(away) if place and place not in with_row]
    if not rows:
        return ""
    more = f" and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
    return f" Without a value, so that a better match may be among them: {', '.join(rows[:NAMED])}{more}."


def _nothing_beyond(said: str, within: Sequence[Match], unsaid: Sequence[Match], gaps: str) -> Conclusion:
    """Say that no pair is beyond what the best of as many unrelated pairs gives, or that it cannot be said."""
    clearest = min(within or unsaid, key=lambda match: match.beyond.p_value if match.beyond else 1.0)
    place, other, found = clearest.best.place, _other(clearest.best), clearest.beyond
    pairs, p, why = (found.of, found.p_value, found.why) if found else (1, 1.0, "")
    if within:
        every = "no further layer" if unsaid else "no layer"
        text = (
            f"{said}: {every} of {place.model} is more like a layer of {other.model} than the best of {pairs:,} unrelated "
            f"pairs is by chance (p = {p:.2g}).{_unsaid(unsaid)}{gaps}"
        )
    else:
        text = (
            f"{said}: whether a layer of {place.model} is more like a layer of {other.model} than unrelated ones are cannot be "
            f"said: {why}.{gaps}"
        )
    return Conclusion(
        "unsure match", clearest.best.info.name, (), text, variant=clearest.best.variant, model=place.model
    )


def _count_within(within: Sequence[Match]) -> str:
    return f"{_named(within)} {'is' if len(within) == 1 else 'are'}"


def _unsaid(unsaid: Sequence[Match]) -> str:
    """Say of which layers it cannot be said whether they are more alike than chance, and why."""
    if not unsaid or unsaid[0].beyond is None:
        return ""
    return f" Of {_named(unsaid)} it cannot be said whether chance gives as much: {unsaid[0].beyond.why}."


def _named(held: Sequence[Match]) -> str:
    names = ", ".join(match.best.place.layer.key for match in held[:NAMED])
    return names + (f" and {len(held) - NAMED} more" if len(held) > NAMED else "")


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _by_models(records: Sequence[Record], failed: Iterable[Failure]) -> dict[object, list[Match]]:
    """Return the best matches by what they have in common but the layer."""
    found: dict[object, list[Match]] = {}
    for match in matches(records, failed):
        best, other = match.best, _other(match.best)
        place = best.place
        key = (
            best.variant,
            best.column,
            best.group,
            place.model,
            place.step,
            place.layer.site,
            other.model,
            other.step,
        )
        found.setdefault(key, []).append(match)
    return found


def _names(match: Match) -> str:
    first = [_other(record).layer.key for record in (match.best, *match.also)[:NAMED]]
    more = len(match.also) + 1 - len(first)
    return " or ".join([*first, *([f"{more} more"] if more else [])])


def _other(record: Record) -> Place:
    return record.other or record.place
