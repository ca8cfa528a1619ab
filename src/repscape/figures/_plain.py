"""The painter that paints nothing: all that a figure shows, as plain data."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from ._spec import FigureSpec


def plain(spec: FigureSpec) -> dict[str, Any]:
    """Return a specification as dicts, lists, texts and numbers, fit for JSON; None stands for a gap.

    Marks say what they are in `mark`: "Trace", "Rule", "Dots", "Segments", "Cells", "Names" or "Ruler".

    Examples
    --------
    >>> from repscape.figures import Line, draw_lines
    >>> lines = {"size": Line([1, 2], [3.0, float("nan")])}
    >>> found = draw_lines(lines, x="step", y="size", heading="Growth", painter=plain)
    >>> [(mark["mark"], mark["name"], mark["y"]) for mark in found["panels"][0]["marks"]]
    [('Trace', 'size', [3.0, None])]
    """
    found: dict[str, Any] = _plain(spec)
    for panel, own in zip(found["panels"], spec.panels, strict=True):
        panel["marks"] = [
            {"mark": type(mark).__name__, **drawn} for mark, drawn in zip(own.marks, panel["marks"], strict=True)
        ]
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
