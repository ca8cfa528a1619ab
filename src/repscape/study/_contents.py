"""What a study consists of: its representations, and every value that its plans ask for, each by the key of its answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .._types import LayerInfo
from ..errors import StoreError
from ..machine import write_whole
from ..results import Place, Profile
from ._journal import sealed, unsealed
from ._keys import digest
from ._units import place_name, unit

Spot = tuple[str, str, float | None]  # model, key of the layer, step


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a study: which measure, where, and the key of its answer."""

    key: str
    variant: str
    profile: Profile
    place: Place
    other: Place | None = None
    column: str | None = None
    by: str | None = None
    """The column that cut the examples into parts, and the part."""
    group: str | None = None
    steps: tuple[str, ...] = ()
    """What was done to the points first."""
    whole: bool = True
    """Whether values of single points are wanted."""
    version: int | str = 1
    """Of the measure's definition."""

    @property
    def name(self) -> str:
        """Where it is, for messages."""
        if self.other is None:
            return unit(self.place, self.group)
        ends = f"{place_name(self.place)} and {place_name(self.other)}"
        return ends if self.group is None else f"{ends} [{self.group}]"

    @property
    def spot(self) -> tuple[Any, ...]:
        """What tells it from all other values of the study."""
        other = None if self.other is None else spot_of(self.other)
        return (self.variant, self.steps, self.by, self.group, self.column, self.profile, spot_of(self.place), other)


@dataclass(frozen=True, slots=True)
class Contents:
    """A study without its numbers."""

    n: int
    """Examples."""
    places: Mapping[Place, str] = field(default_factory=dict)
    """Every representation, in order, with the name of its contents."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Every column that a plan reads, with the name of its contents."""
    cells: tuple[Cell, ...] = ()
    """Every value, in the order of the plans."""
    graphs: Mapping[str, str] = field(default_factory=dict)
    """Unit -> key of its graph."""
    notes: tuple[str, ...] = ()
    """What is to be said of the data and of the plans."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """Plan, source, versions, machine, time: what goes into the provenance of results."""

    @property
    def data(self) -> str:
        """A name for the data."""
        places = [[place.model, place.layer.key, place.step, name] for place, name in self.places.items()]
        return digest(self.n, sorted(places, key=str), sorted(self.columns.items()))

    @property
    def keys(self) -> list[str]:
        """Every question."""
        return [*self.graphs.values(), *dict.fromkeys(cell.key for cell in self.cells)]

    def same(self, other: Contents) -> bool:
        """Whether both are of the same study, whenever and wherever it was run."""
        here, there = ({k: v for k, v in one.about.items() if k in ("plan", "also", "source")} for one in (self, other))
        return (
            json.dumps(here, default=str) == json.dumps(there, default=str)
            and replace(self, about=other.about) == other
        )

    def without(self, spots: Iterable[Spot]) -> Contents:
        """Leave representations out, and all that was measured on them."""
        gone = set(spots)
        kept = {place: name for place, name in self.places.items() if spot_of(place) not in gone}
        names = {place_name(place) for place in kept}
        return replace(
            self,
            places=kept,
            cells=tuple(
                cell for cell in self.cells if cell.place in kept and (cell.other is None or cell.other in kept)
            ),
            graphs={name: key for name, key in self.graphs.items() if name.partition(" [")[0] in names},
        )

    def renamed(self, model: str, name: str) -> Contents:
        """Call a model otherwise; what was measured of it stays."""
        new = {place: replace(place, model=name) if place.model == model else place for place in self.places}
        units = {place_name(place): place_name(other) for place, other in new.items()}
        graphs = {}
        for said, key in self.graphs.items():
            start, sign, group = said.partition(" [")
            graphs[f"{units.get(start, start)}{sign}{group}"] = key
        cells = tuple(
            replace(cell, place=new[cell.place], other=None if cell.other is None else new[cell.other])
            for cell in self.cells
        )
        return replace(self, places={new[p]: held for p, held in self.places.items()}, cells=cells, graphs=graphs)

    def joined(self, earlier: Contents) -> Contents:
        """Add what an earlier run of the same study holds, and this one does not ask for."""
        here = {cell.spot for cell in self.cells}
        spots = {spot_of(place) for place in self.places}
        now = {spot_of(place): place for place in self.places}  # of a layer that others joined the depth has changed
        left = [
            replace(
                cell,
                place=now.get(spot_of(cell.place), cell.place),
                other=None if cell.other is None else now.get(spot_of(cell.other), cell.other),
            )
            for cell in earlier.cells
            if cell.spot not in here
        ]
        places = {**self.places, **{p: name for p, name in earlier.places.items() if spot_of(p) not in spots}}
        order = list(dict.fromkeys([*(c.variant for c in earlier.cells), *(c.variant for c in self.cells)]))
        rank = {variant: place for place, variant in enumerate(order)}
        cells = sorted([*self.cells, *left], key=lambda cell: rank[cell.variant]) if left else self.cells
        return replace(
            self,
            places=places,
            columns={**earlier.columns, **self.columns},
            cells=tuple(cells),
            graphs={**earlier.graphs, **self.graphs},
            notes=tuple(dict.fromkeys([*self.notes, *earlier.notes])),
        )

    def write(self, file: Path, *, sync: bool) -> None:
        """Write it whole."""
        places = list(self.places)
        rank = {place: position for position, place in enumerate(places)}
        cells = [
            {
                **{name: value for name, value in asdict(cell).items() if name not in ("place", "other")},
                "place": rank[cell.place],
                "other": None if cell.other is None else rank[cell.other],
            }
            for cell in self.cells
        ]
        held = {
            "n": self.n,
            "places": [{**asdict(place), "contents": name} for place, name in self.places.items()],
            "columns": dict(self.columns),
            "cells": cells,
            "graphs": dict(self.graphs),
            "notes": list(self.notes),
            "about": dict(self.about),
        }
        try:
            write_whole(file, sealed(json.dumps(held).encode()), sync=sync)
        except OSError as error:
            raise StoreError(f"{file} could not be written: {error}") from error

    @classmethod
    def read(cls, file: Path) -> Contents:
        """Read what :meth:`write` wrote."""
        try:
            held = json.loads(unsealed(file))
            places = {_place(entry): str(entry["contents"]) for entry in held["places"]}
            listed = list(places)
            cells = tuple(
                Cell(
                    **{
                        **{name: entry[name] for name in Cell.__dataclass_fields__ if name in entry},
                        "place": listed[entry["place"]],
                        "other": None if entry["other"] is None else listed[entry["other"]],
                        "steps": tuple(entry["steps"]),
                    }
                )
                for entry in held["cells"]
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise StoreError(f"{file} is damaged: {error}") from error
        return cls(held["n"], places, held["columns"], cells, held["graphs"], tuple(held["notes"]), held["about"])


def spot_of(place: Place) -> Spot:
    """Return what tells a representation from the others by name."""
    return place.model, place.layer.key, place.step


def _place(entry: Mapping[str, Any]) -> Place:
    return Place(entry["model"], LayerInfo.of(entry["layer"]), entry["step"])
