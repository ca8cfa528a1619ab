"""One representation as an explorer names it."""

from __future__ import annotations

from dataclasses import dataclass

from ...results import Place
from ._study_view import Spot, spot_of


@dataclass(frozen=True, slots=True)
class Layer:
    """One representation."""

    number: int
    """What the page calls it; it stays while the study grows."""
    study: int
    """Which of the studies."""
    place: Place
    """Where in a model."""
    model: str
    """The model's name, with the study's where there are several."""

    @property
    def spot(self) -> Spot:
        """What tells it from the others of its study."""
        return spot_of(self.place)
