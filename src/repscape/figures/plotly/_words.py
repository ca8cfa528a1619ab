"""What plotly shows at the pointer, in words; text from outside is shown as it is."""

from __future__ import annotations

import html
import math

from ..._types import LayerInfo
from ...measures import Estimate, rounded
from ...results import Place, Record
from .._values import Value


def text_of(text: object) -> str:
    """Return text from outside as plotly shows it unchanged; it reads tags and entities."""
    return html.escape(str(text), quote=False)


def hover(value: Value, name: str) -> str:
    """Say where a value stands, what it is, and its error."""
    number = rounded(value.value, error_of(value.record)) if value.x is None else f"{value.value:.4g}"
    interval = f" [{value.low:.4g}, {value.high:.4g}]" if math.isfinite(value.low) else ""
    chance = f"<br>chance {value.chance:.3g}" if math.isfinite(value.chance) else ""
    heading = f"<b>{text_of(name)}</b><br>" if name else ""
    other = "" if value.record.other is None else f" to {where(value.record.other)}"
    return f"{heading}{where(value.place)}{other}<br>{number}{interval}{chance}"


def where(place: Place) -> str:
    """Name a representation."""
    step = "" if place.step is None else f", step {place.step:g}"
    model = f"{text_of(place.model)} · " if place.model else ""
    return f"{model}{layer_name(place.layer)}{step}"


def layer_name(layer: LayerInfo) -> str:
    """Name a layer."""
    return f"layer {layer.index} ({text_of(layer.key)}, depth {layer.depth:.2g})"


def error_of(record: Record) -> float:
    """Return the standard error; NaN where there is none."""
    error = record.result.stderr if isinstance(record.result, Estimate) else None
    return math.nan if error is None else float(error)
