"""The part of a study that a headline is about: the end of training, the residual stream, all examples together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..results import Place, Record, Results

USUAL = "residual"


def in_focus(results: Results, *, column: str | None = None) -> Results:
    """Return the records of each model's last checkpoint, at its usual site, of all examples, and of one column where asked."""
    last, sites = _last(results), _sites(results)
    kept = tuple(
        record
        for record in results
        if record.group is None
        and column in (None, record.column)
        and all(
            place.step == last[place.model] and place.layer.site == sites[place.model] for place in _places([record])
        )
    )
    return replace(results, records=kept)


def by_training(results: Results, wanted: Record) -> list[Record]:
    """Return what was measured as `wanted` was, at every checkpoint of its layer, in order."""
    place = wanted.place
    own = [
        record
        for record in results
        if (record.variant, record.profile, record.column, record.group)
        == (wanted.variant, wanted.profile, wanted.column, wanted.group)
        and (record.place.model, record.place.layer) == (place.model, place.layer)
    ]
    return sorted(own, key=lambda record: -1.0 if record.place.step is None else record.place.step)


def _places(records: Iterable[Record]) -> Iterator[Place]:
    for record in records:
        yield record.place
        if record.other is not None:
            yield record.other


def _last(results: Results) -> dict[str, float | None]:
    last: dict[str, float | None] = {}
    for place in _places(results):
        before = last.get(place.model)
        steps = [step for step in (before, place.step) if step is not None]
        last[place.model] = max(steps, default=None)
    return last


def _sites(results: Results) -> dict[str, str]:
    """Return model -> the residual stream, or the site that comes first where it was not read."""
    sites: dict[str, str] = {}
    for place in _places(results):
        if sites.setdefault(place.model, place.layer.site) != USUAL and place.layer.site == USUAL:
            sites[place.model] = USUAL
    return sites
