"""What figures call things: measures, layers, models, and single values at the pointer."""

from __future__ import annotations

import math
import unicodedata

from .._types import LayerInfo
from ..measures import Estimate, rounded
from ..results import MeasureInfo, Place, Record
from ._values import Value


def literal(text: str, most: int = 30) -> str:
    """Return text as it may stand in a figure: one line, no control characters, the middle of a long one left out.

    Examples
    --------
    >>> literal("a\\nb"), literal("model.encoder.layers.11.output", 14)
    ('a b', 'model.e…output')
    """
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in str(text))
    if len(plain) <= most:
        return plain
    return f"{plain[: most // 2]}…{plain[len(plain) - (most - most // 2 - 1) :]}"


def title_of(info: MeasureInfo) -> str:
    """Return what people call the measure, as it begins a heading."""
    title: str = getattr(info, "title", "") or info.label or info.name
    return title[:1].upper() + title[1:]


def quantity_of(info: MeasureInfo) -> str:
    """Return what stands along an axis of its values."""
    return info.label or info.name


def owner_of(place: Place) -> str:
    """Name the model and site that a layer is of."""
    return " · ".join(part for part in (place.model, place.layer.site) if part) or "the unnamed model"


def place_words(place: Place) -> str:
    """Name a representation."""
    step = "" if place.step is None else f", step {place.step:g}"
    return f"{f'{place.model} · ' if place.model else ''}{layer_words(place.layer)}{step}"


def layer_words(layer: LayerInfo) -> str:
    """Name a layer."""
    return f"layer {layer.index} ({layer.key}, depth {layer.depth:.2g})"


def value_words(value: Value) -> str:
    """Say where a value stands, what it is, and its error."""
    number = rounded(value.value, error_of(value.record)) if value.x is None else f"{value.value:.4g}"
    of = value.interval_of
    interval = f" [{value.low:.4g}, {value.high:.4g}]" if math.isfinite(value.low) and math.isfinite(value.high) else ""
    interval += (f"\n{value.note}" if value.note else "") + (f"\ninterval {of}" if of and not value.refused else "")
    chance = f"\nchance {value.chance:.3g}" if math.isfinite(value.chance) else ""
    other = "" if value.record.other is None else f" to {place_words(value.record.other)}"
    return f"{place_words(value.place)}{other}\n{number}{interval}{chance}"


def error_of(record: Record) -> float:
    """Return the standard error; NaN where there is none."""
    error = record.result.stderr if isinstance(record.result, Estimate) else None
    return math.nan if error is None else float(error)
