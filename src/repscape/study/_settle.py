"""What one run comes to: the folder's study and what is asked put together; other data, and what cannot start, refused."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import RepscapeWarning, StoreError, StudyMismatchError
from ..plan import Plan
from ._contents import Contents, Spot, spot_of
from ._defaults import fitted
from ._expand import Everything, expanded
from ._folder import FORMAT, StudyFolder
from ._keys import column_of, contents_of
from ._legacy import check_data
from ._plans import at_home, fitting, together
from ._provenance import provenance
from ._units import place_name
from .reading import Source, chosen_layers, with_builtin


@dataclass(frozen=True, slots=True)
class Order:
    """What one run is asked for."""

    source: Source
    plan: Plan | None
    """None: the study's own."""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """Where the source came from, for study.toml."""
    given: set[str] = field(default_factory=set)
    """Columns that were handed in for this run, and must be those of the study."""


@dataclass(frozen=True, slots=True)
class Job:
    """A run that can start."""

    everything: Everything
    """What its plans ask of its source."""
    contents: Contents
    """The whole study, with what earlier runs hold."""
    plans: Sequence[Plan]
    source: Source
    origin: Mapping[str, Any]
    legacy: bool
    """Whether 0.1 wrote what is there."""


def settled(home: StudyFolder, order: Order) -> Job:
    """Put together what the folder holds and what is asked; refuse other data, and what cannot start; write nothing."""
    earlier, before = _earlier(home), home.plans([item.measure for item in order.plan.items] if order.plan else ())
    legacy = home.is_study and home.format < FORMAT
    if legacy:
        check_data(home, order.source, before[0])
    if earlier is not None and earlier.n != order.source.n:
        raise StudyMismatchError(
            f"{home.path} holds a study of other data: {earlier.n} examples there, {order.source.n} here. "
            "Choose another folder."
        )
    kept = home.columns()
    source = replace(order.source, columns={**order.source.columns, **_checked(home, order, kept)})
    new = _plan_of(order, before, source)
    plans = before if new is None else together(before, new)
    source = with_builtin(source, [name for plan in plans for name in plan.columns])
    if new is not None:
        chosen_layers(source, new)
    places = named_contents(source)
    if earlier is not None:
        earlier = _same_data(home, earlier, source, places)
    used = [plan for plan in plans if new is not None and plan is plans[-1] and len(plans) == 1]
    used = used or [plan for plan in (fitting(plan, source) for plan in plans) if plan is not None]
    everything = expanded(used, source, places, about=provenance(plans, source))
    contents = everything.contents if earlier is None else everything.contents.joined(earlier)
    if earlier is not None and contents.same(earlier):
        contents = earlier  # nothing new: it stays as it was made
    return Job(everything, contents, plans, source, _origin(home, order), legacy)


def _origin(home: StudyFolder, order: Order) -> Mapping[str, Any]:
    """Return where the source came from, beside where the study's other models did: their results stay."""
    held, new = home.held().get("source", {}), dict(order.origin)
    for key in ("model", "arrays"):
        if isinstance(held.get(key), Mapping) and isinstance(new.get(key), Mapping):
            new[key] = {**held[key], **new[key]}
    if "revisions" in held and "revisions" in new:
        new["revisions"] = list(dict.fromkeys([*held["revisions"], *new["revisions"]]))
    return new


def _earlier(home: StudyFolder) -> Contents | None:
    """Return what the folder's study consists of; where that is torn, the plan and the journal say it again."""
    try:
        return home.contents()
    except StoreError as error:
        warnings.warn(
            f"{error} It is made anew from the plan; what was finished is kept.", RepscapeWarning, stacklevel=4
        )
        return None


def _plan_of(order: Order, before: Sequence[Plan], source: Source) -> Plan | None:
    if order.plan is None and before:
        return None
    plan = order.plan
    return fitted(plan if plan is None else at_home(plan, before, source.columns), source)


def _checked(home: StudyFolder, order: Order, kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the study's own columns; refuse a column of the same name with other entries."""
    for name in order.given & set(kept):
        if column_of(kept[name]) != column_of(order.source.columns[name]):
            raise StudyMismatchError(
                f"{home.path} holds a study of other data: its column {name!r} has other entries. The study's own columns "
                "stay: give yours another name."
            )
    return kept


def _same_data(home: StudyFolder, earlier: Contents, source: Source, places: Mapping[Any, str]) -> Contents:
    """Refuse other data by name of what differs; forget representations that changed before anything of them was finished."""
    for name, held in earlier.columns.items():
        if name in source.columns and column_of(source.columns[name]) != held:
            raise StudyMismatchError(
                f"{home.path} holds a study of other data: column {name!r} has other entries. Choose another folder."
            )
    here = {spot_of(place): (place, name) for place, name in places.items()}
    changed: list[Spot] = [
        spot_of(place)
        for place, name in earlier.places.items()
        if spot_of(place) in here and here[spot_of(place)][1] != name
    ]
    if not changed:
        return earlier
    journal = home.journal()
    done = {
        spot_of(end)
        for cell in earlier.cells
        if journal.has(cell.key, whole=False)
        for end in (cell.place, cell.other)
        if end is not None
    }
    if refused := [here[spot][0] for spot in changed if spot in done]:
        names = ", ".join(f"layer {place_name(place)}" for place in refused[:4])
        raise StudyMismatchError(
            f"{home.path} holds a study of other data: {names}{' and more' if len(refused) > 4 else ''} "
            f"ha{'s' if len(refused) == 1 else 've'} other numbers here. Choose another folder, or another name."
        )
    return earlier.without(changed)


def named_contents(source: Source, *, cheap: bool = False) -> dict[Any, str]:
    """Return every representation with the name of its contents; in memory, where nothing is found again, with a number."""
    if cheap:
        return {one.place: str(position) for position, one in enumerate(source.representations)}
    return {
        one.place: contents_of([one.points] if one.graph is None else [one.graph.indices, one.graph.distances])
        for one in source.representations
    }
