"""Plans of one study put together: one plan where that asks for the same, else one beside the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import UnknownNameError
from ..measures import MEASURES, Measure, every_measure
from ..plan import Item, Plan
from ._defaults import LABEL
from ._tasks import narrowed
from .reading import Source, chosen_layers


def together(earlier: Sequence[Plan], new: Plan) -> list[Plan]:
    """Return the plans of a study that is asked for more; what is new stands in the first plan that can take it."""
    plans = list(earlier)
    for place, plan in enumerate(plans):
        if (both := _merged(plan, new)) is not None:
            plans[place] = both
            return plans
    return [*plans, new]


def at_home(plan: Plan, earlier: Sequence[Plan], columns: Mapping[str, Any]) -> Plan:
    """Give a plan the study's own labels, where it names none and the usual name is no column."""
    named = [own.labels for own in earlier if own.label_columns]
    if plan.label_columns == (LABEL,) and LABEL not in columns and named:
        return replace(plan, labels=named[0], measures=_entries(plan.items))
    return plan


def fitting(plan: Plan, source: Source) -> Plan | None:
    """Return the plan for the layers of this source; None where it asks for none of them."""
    patterns: list[Any] = [plan.layers] if isinstance(plan.layers, str | int) else list(plan.layers)
    kept: list[Any] = []
    for pattern in patterns:
        one = replace(plan, layers=pattern if pattern == "all" else [pattern], measures=_entries(plan.items))
        try:
            chosen_layers(
                source, replace(one, measures=["id_twonn"], labels=None, values=(), groups=None, by=None, whole=False)
            )
        except UnknownNameError:
            continue
        kept.append(pattern)
    if not kept:
        return None
    return plan if kept == patterns else replace(plan, layers=kept, measures=_entries(plan.items))


def name_of(entry: Any) -> str:
    """Return the measure's name of an entry of a plan, as text or as a table."""
    return (entry if isinstance(entry, str) else str(entry.get("name"))).partition("(")[0].strip()


def readable(entries: Mapping[str, Any], own: Sequence[Measure] = ()) -> Plan | None:
    """Read a plan that a folder holds; None where no measure is left.

    Measures of somebody's own that are not among `own`, and that no package brings, are left out: their results are there.
    """
    named = list(map(name_of, entries.get("measures", ())))
    if all(name in MEASURES for name in named):
        return Plan.from_dict(entries)
    known = {*every_measure(), *(row.name for row in own)}
    kept = [entry for entry, name in zip(entries["measures"], named, strict=True) if name in known]
    return Plan.from_dict({**entries, "measures": kept}, measures=own) if kept else None


def without(plan: Plan, variants: Sequence[str]) -> Plan | None:
    """Return the plan without some measures; None where none is left."""
    kept = [item for item in plan.items if item.variant not in variants]
    return narrowed(plan, kept) if kept else None


def _entries(items: Sequence[Item]) -> list[Any]:
    return [(item.measure, item.options) for item in items]


def _merged(one: Plan, other: Plan) -> Plan | None:
    """Return one plan that asks for what both ask for and for nothing else; None where there is none."""
    if any(getattr(one, name) != getattr(other, name) for name in ("by", "whole", "preprocess", "neighbors")):
        return None
    if one.groups is not None and other.groups is not None and one.groups != other.groups:
        return None
    items = {item.variant: item for item in (*one.items, *other.items)}
    labels = [*dict.fromkeys([*_read(one, "labels"), *_read(other, "labels")])] or [
        *dict.fromkeys([*one.label_columns, *other.label_columns])
    ]
    values = [*dict.fromkeys([*_read(one, "values"), *_read(other, "values")])]
    profiles = [*dict.fromkeys([*_profiles(one), *_profiles(other)])] or one.profiles
    merged = replace(
        one,
        measures=_entries(list(items.values())),
        labels=labels or None,
        values=values or [*dict.fromkeys([*one.values, *other.values])],
        groups=one.groups if one.groups is not None else other.groups,
        profiles=profiles,
        layers=_layers(one.layers, other.layers),
    )
    asked = {*_asked(one), *_asked(other)}
    same_layers = _listed(one.layers) == _listed(other.layers) or set(_asked(one)) == set(_asked(other))
    return merged if set(_asked(merged)) == asked and same_layers else None


def _asked(plan: Plan) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield (variant, column, profile) of everything that a plan asks of each layer."""
    for item in plan.items:
        takes = item.measure.takes
        columns: Sequence[str | None] = (
            plan.label_columns if "labels" in takes else tuple(plan.values) if "values" in takes else (None,)
        )
        profiles: Sequence[str | None] = tuple(plan.profiles) if item.measure.arity == 2 else (None,)
        yield from ((item.variant, column, profile) for column in columns for profile in profiles)


def _read(plan: Plan, kind: str) -> Sequence[str]:
    if not any(kind in item.measure.takes for item in plan.items):
        return ()
    return plan.label_columns if kind == "labels" else tuple(plan.values)


def _profiles(plan: Plan) -> Sequence[str]:
    return tuple(plan.profiles) if any(item.measure.arity == 2 for item in plan.items) else ()


def _listed(layers: Any) -> list[Any]:
    return [layers] if isinstance(layers, str | int) else list(layers)


def _layers(one: Any, other: Any) -> Any:
    both = [*dict.fromkeys([*_listed(one), *_listed(other)])]
    return "all" if "all" in both else one if _listed(one) == _listed(other) else both


def unnamed(entry: Any, plans: Sequence[Plan]) -> bool:
    """Whether an entry of a plan is somebody's own measure that the plans of today do not name."""
    known = {item.measure.name for plan in plans for item in plan.items}
    return name_of(entry) not in known | every_measure().keys()
