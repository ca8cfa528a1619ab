"""What a study could not compute, and why: a unit that failed takes no other with it."""

from __future__ import annotations

from dataclasses import dataclass

from .._types import Brief


@dataclass(frozen=True, slots=True, repr=False)
class Failure(Brief):
    """One unit of a study that failed; the next run tries it again, and nothing else."""

    unit: str
    """Where: the name of a layer, with model, checkpoint and group; or those of the layers compared."""
    measure: str
    """What was measured there, with its options and column; "graph" for the neighbours themselves, "figure" or "report"."""
    error: str
    """What went wrong, in words."""

    def __str__(self) -> str:
        return f"{self.unit}: {self.measure} failed: {self.error}"
