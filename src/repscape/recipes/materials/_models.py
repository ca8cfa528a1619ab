"""Which models a recipe opens: those asked for, or small ones in their place where the published ones cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError, MissingExtraError
from ...extraction import open_model
from .._order import Order

if TYPE_CHECKING:
    from ...extraction import Model

FOLDER = "models"
MARK = "stand-in"


@dataclass(frozen=True, slots=True)
class Settled:
    """The models that run."""

    models: Mapping[str, str]
    """Name in the recipe -> hub id, folder or "module:function"."""
    parameters: Mapping[str, int]
    """Name in the recipe -> how many numbers the model has learned, or would have."""
    stand_in: str = ""
    """What stood in for which models, and why; empty where none did."""

    @property
    def note(self) -> str:
        """Return what a report says of stand-ins first."""
        return f"{self.stand_in}: no number below says anything about the published models." if self.stand_in else ""

    def shown(self, name: str) -> str:
        """Return what figures call a model: a stand-in never bears the name alone."""
        return f"{name} {MARK}".strip() if self.stand_in else name


def settle(
    order: Order, make: Callable[[Path], Mapping[str, str]], *, opened: Callable[[str], Model] = open_model
) -> Settled:
    """Find out whether the models can be had, and make small ones where the published ones cannot.

    Parameters
    ----------
    order : Order
        Its `models`; those that the user names have nothing stand in for them.
    make : callable
        Writes a small model for every name into the folder it is given, and returns name -> where it is.
    opened : callable
        Opens a model.

    Raises
    ------
    InputError, MissingExtraError
        If a model cannot be had, and nothing may stand in for it.
    """
    why = "as was asked"
    if order.own_models or order.stand_in != "always":
        try:
            return Settled(order.models, _parameters(order.models, opened))
        except (InputError, MissingExtraError) as problem:
            if order.own_models or order.stand_in == "never":
                raise
            why = str(problem).partition(". ")[0].rstrip(".")
    made = make(order.folder / FOLDER)
    said = f"{order.recipe.stand_in} stand in for {', '.join(order.models.values())} ({why})"
    return Settled(made, _parameters(made, opened), said)


def forecast_models(order: Order) -> list[str]:
    """Say where every model would come from, and what would stand in for it."""
    if order.stand_in == "always" and not order.own_models:
        return [f"{order.recipe.stand_in} would stand in for {', '.join(order.models.values())}."]
    said = [_whereabouts(model) for model in order.models.values()]
    if not order.own_models and order.stand_in == "auto":
        said.append(f"Where one of them cannot be had: {order.recipe.stand_in} would stand in for all.")
    return said


def _parameters(models: Mapping[str, str], opened: Callable[[str], Model]) -> dict[str, int]:
    """Open every model in its turn and count its parameters."""
    return {name: sum(one.numel() for one in opened(model).module.parameters()) for name, model in models.items()}


def _whereabouts(model: str) -> str:
    if Path(model).expanduser().exists():
        return f"{model} would be read."
    if ":" in model:
        return f"{model} would be called."
    try:
        from huggingface_hub import try_to_load_from_cache
    except ModuleNotFoundError:
        return f"{model} needs torch and transformers (pip install 'repscape[models]')."
    here = isinstance(try_to_load_from_cache(model, "config.json"), str)
    return (
        f"{model} is on this machine." if here else f"{model} is not on this machine and would be fetched from the hub."
    )
