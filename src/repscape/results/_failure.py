"""What a study could not compute, and why: a unit that failed takes no other with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from .._types import Brief
from ._record import Place, Profile

NAMED = 3
"""Of what has no value, named in a sentence."""


@dataclass(frozen=True, slots=True, repr=False)
class Failure(Brief):
    """One unit of a study that failed; the next run tries it again, and nothing else."""

    unit: str
    """Where: the name of a layer, with model, checkpoint and group; or those of the layers compared."""
    measure: str
    """What was measured there, with its options and column; "graph" for the neighbours themselves, "figure" or "report"."""
    error: str
    """What went wrong, in words."""
    place: Place | None = field(default=None, compare=False)
    """The layer, the first of two; None where that is not known, of a figure or from results of an earlier version."""
    other: Place | None = field(default=None, compare=False)
    """The layer it was compared with."""
    group: str | None = field(default=None, compare=False)
    """The part of the examples."""
    profiles: tuple[Profile, ...] = field(default=(), compare=False)
    """The profiles that it leaves a gap in."""

    def __str__(self) -> str:
        return f"{self.unit}: {self.measure} failed: {self.error}"

    def of(self, variants: Collection[str]) -> bool:
        """Whether it is of one of these measures, with its options."""
        return self.measure in variants or any(self.measure.startswith(f"{variant}[") for variant in variants)


def failed_in(
    failed: Iterable[Failure], *, profile: str, variants: Collection[str], models: Collection[str]
) -> list[Failure]:
    """Return what has no value in a profile of these models, since it failed."""
    return [
        one
        for one in failed
        if profile in one.profiles and one.of(variants) and one.place is not None and one.place.model in models
    ]


def without_value(failed: Sequence[Failure]) -> str:
    """Name what has no value: the first few, and how many more."""
    units = list(dict.fromkeys(one.unit for one in failed))
    more = f" and {len(units) - NAMED:,} more" if len(units) > NAMED else ""
    return f"{', '.join(units[:NAMED])}{more}"
