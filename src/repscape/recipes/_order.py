"""What the steps of a recipe are given, and what they hand back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from ..report import Section
from ..results import Results
from ._recipe import Recipe

StandIn = Literal["auto", "always", "never"]
NO_POINTS = "this study was made from saved neighbours, which hold no points."
"""What a page says where it shows no single example."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    recipe: Recipe
    """Which recipe."""
    folder: Path
    """Where everything goes."""
    models: Mapping[str, str]
    """Model by name: those given, else the published ones."""
    own_models: bool
    """Whether the models were given; then nothing may stand in for them."""
    data: str | None
    """The data given, if any."""
    options: Mapping[str, Any]
    """Every option of the recipe."""
    stand_in: StandIn = "auto"
    """Whether something may stand in for published models that cannot be had: if need be, in any case, in no case."""
    rng: int = 0
    """Seed."""
    threads: int | None = None
    """Threads in all."""
    progress: bool = False
    """Whether progress is shown."""

    def origin(self, **more: Any) -> dict[str, Any]:
        """Return what `run` writes down as the origin of a study."""
        said = {"recipe": self.recipe.name, "models": dict(self.models), "data": self.data or "", "rng": self.rng}
        return {**said, "options": dict(self.options), **more}


@dataclass(frozen=True, slots=True)
class Ours:
    """A number that was found, to be set beside a published one."""

    key: str
    """What the .toml calls the published one."""
    value: float
    """The number."""
    stderr: float | None = None
    """Its standard error."""
    stand_in: str = ""
    """What stood in for the published model or data, in words; empty where the very same were used."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the page shows of single examples; :func:`repscape.report.map_examples` takes the same."""

    source: Any
    """The layers, as `repscape.study.run` takes them."""
    columns: Mapping[str, Any] | None = None
    """Labels, values and texts of the examples, beside those that stores bring."""
    pictures: Any = None
    """The examples as images, as a person would want to see them; None where they are none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the steps found."""

    results: Results
    """The study."""
    ours: tuple[Ours, ...] = ()
    """Numbers that the study gives too."""
    sections: tuple[Section, ...] = ()
    """Figures and tables of the recipe's own, for the report; the figures are also written as files."""
    notes: tuple[str, ...] = ()
    """Sentences: what stood in for what, what was left out, what was found."""
    shown: Shown | str = "the steps of this recipe lay none out."
    """The single examples, or in a sentence why there are none to be shown."""


class Steps(Protocol):
    """The module recipes/_<name>.py of a recipe."""

    def forecast(self, order: Order) -> Sequence[str]:
        """Say in sentences what would be done, and what of it is not on this machine; do nothing."""

    def run(self, order: Order) -> Outcome:
        """Do it."""
