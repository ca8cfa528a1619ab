"""One result of a study: which measure, where, and what came out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from .._types import Brief, LayerInfo, cut
from ..measures import MEASURES, Curve, Estimate, Measure

Profile = Literal["depth", "next", "first", "last", "pairs", "models", "equal", "steps"]
PROFILES: dict[Profile, str] = {
    "depth": "each layer by itself",
    "next": "each layer and the next one",
    "first": "each layer and the first one",
    "last": "each layer and the last one",
    "pairs": "all pairs of layers of one model",
    "models": "all pairs of layers of two models",
    "equal": "layers of two models at equal depth",
    "steps": "the same layer at successive checkpoints",
}
MATRICES: tuple[Profile, ...] = ("pairs", "models")
"""Profiles of every layer against every layer."""


@dataclass(frozen=True, slots=True, repr=False)
class MeasureInfo(Brief):
    """What figures, conclusions and readers need to know of a measure, kept with its results."""

    name: str
    """The measure."""
    label: str = ""
    """Axis label."""
    plot: str = "depth"
    """"depth", "matrix", "curve" or "scatter"."""
    bounds: tuple[float, float] = (-math.inf, math.inf)
    """Smallest and largest value there can be."""
    higher_means: str = ""
    """What a larger value says."""
    reference: str = ""
    """Who defined it."""
    symmetric: bool = False
    """Whether the two representations may be exchanged."""
    family: str = ""
    """"dimension", "overlap", "similarity", "probe", ... or somebody's own word."""
    alike: Literal[1, -1] | None = None
    """1: a larger value is more alike; -1: less alike; None where the question has no sense."""
    quantity: str = ""
    """What it estimates, where other measures estimate the very same."""
    title: str = ""
    """Name for people."""
    version: int | str = 1
    """Version of the definition that gave the results."""
    tells: tuple[str, ...] = ()
    """Entries of a result's details that tables show beside its value."""

    @classmethod
    def of(cls, row: Measure) -> MeasureInfo:
        """Take them from a row of the table."""
        return cls(
            name=row.name,
            label=row.label or row.name.replace("_", " "),
            plot=row.plot,
            bounds=(float(row.bounds[0]), float(row.bounds[1])),
            higher_means=row.higher_means,
            reference=row.reference,
            symmetric=row.symmetric,
            family=row.family,
            alike=row.alike,
            quantity=row.quantity,
            title=row.title or row.label or row.name,
            version=row.version,
            tells=tuple(row.tells),
        )

    def completed(self, options: Mapping[str, Any]) -> MeasureInfo:
        """Return it with what results of an earlier format do not say, where the measure is one of the table.

        The meaning may depend on the options in use. The version stays the first: that is what was measured then.
        """
        row = MEASURES.get(self.name)
        known = None if row is None else MeasureInfo.of(row.under(options))
        if known is None or (known.reference, known.bounds) != (self.reference, self.bounds):
            return replace(self, title=self.title or self.label or self.name)  # somebody's own
        return replace(known, version=self.version)


@dataclass(frozen=True, slots=True)
class Place:
    """One representation in a study."""

    model: str
    """Name of the model; "" where there is only one and it has no name."""
    layer: LayerInfo
    """Where in the model."""
    step: float | None = None
    """Checkpoint, where there are several."""


@dataclass(frozen=True, slots=True, repr=False)
class Record:
    """One value or curve of a study."""

    info: MeasureInfo
    """The measure."""
    variant: str
    """The measure with the options that the plan gave it, e.g. "id_twonn(estimator='mle')"."""
    profile: Profile
    """Which comparison this is part of; "depth" for measures of one representation."""
    place: Place
    """The representation."""
    result: Estimate | Curve
    """What came out."""
    other: Place | None = None
    """The second representation, for measures that compare two."""
    column: str | None = None
    """Column of labels or values that entered, if any."""
    group: str | None = None
    """Value of the plan's `by` column that the examples share, if any."""

    def __repr__(self) -> str:
        ends = " and ".join(place.layer.key for place in (self.place, self.other) if place is not None)
        of = "".join(f" [{part}]" for part in (self.column, self.group) if part is not None)
        model = f"{self.place.model} " if self.place.model else ""
        step = "" if self.place.step is None else f" at step {self.place.step:g}"
        return f"Record({cut(f'{self.variant}{of}, {model}{ends}{step}: {self.result}')})"


def example_counts(records: Iterable[Record]) -> list[int]:
    """Return of how many examples the records are, each number once, the smallest first: what entered and what was left out."""
    return sorted({record.result.n + record.result.dropped for record in records})
