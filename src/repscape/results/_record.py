"""One result of a study: which measure, where, and what came out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .._types import LayerInfo
from ..measures import Curve, Estimate, Measure

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


@dataclass(frozen=True, slots=True)
class MeasureInfo:
    """What figures and readers need to know of a measure, kept with its results."""

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
        )


@dataclass(frozen=True, slots=True)
class Place:
    """One representation in a study."""

    model: str
    """Name of the model; "" where there is only one and it has no name."""
    layer: LayerInfo
    """Where in the model."""
    step: float | None = None
    """Checkpoint, where there are several."""


@dataclass(frozen=True, slots=True)
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
