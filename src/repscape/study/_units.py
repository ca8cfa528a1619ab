"""Names for the units of work that a study finishes one by one: a representation, or a measure over all pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..errors import InputError
from ..results import Place, Record


def place_name(place: Place) -> str:
    """Name a representation for messages.

    Examples
    --------
    >>> from repscape._types import LayerInfo
    >>> place_name(Place("gpt2", LayerInfo("h.3", 4, 0.5, site="norm1"), step=100))
    'gpt2 h.3:norm1 at step 100'
    """
    model = f"{place.model} " if place.model else ""
    step = "" if place.step is None else f" at step {step_name(place.step)}"
    return f"{model}{place.layer.key}{step}"


def step_name(step: float) -> str:
    """Write a training step in full, 10000001 and not 1e+07.

    Examples
    --------
    >>> step_name(10000001.0), step_name(0.5)
    ('10000001', '0.5')
    """
    return str(int(step)) if float(step).is_integer() else repr(step)


def unit(what: Place | str, group: str | None) -> str:
    """Name a unit of work: a place, or the variant of a measure that compares two."""
    name = f"{what} over pairs" if isinstance(what, str) else place_name(what)
    return name if group is None else f"{name} [{group}]"


def unit_of(record: Record) -> str:
    """Name the unit of work that a record came from."""
    return unit(record.place if record.other is None else record.variant, record.group)


def told_apart(units: Sequence[str]) -> None:
    """Refuse two units of work that nobody could tell apart by name."""
    twice = [name for name, count in Counter(units).items() if count > 1]
    if twice:
        raise InputError(f"layers, models and groups of run must be told apart by their names. Got {twice[0]!r} twice.")
