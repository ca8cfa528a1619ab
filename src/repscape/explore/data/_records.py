"""Curves, matrices and conclusions beside the map: the figures of the page as data, each value with the layers it is of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ...figures import Panel, Sketch, sketches
from ...results import Place
from ._study_view import StudyView, spot_of

if TYPE_CHECKING:
    from ._example_set import ExampleSet

LINES = 24  # of one panel


def records_of(held: ExampleSet) -> dict[str, Any]:
    """Return figures and sentences of all studies, as plain values."""
    figures: list[dict[str, Any]] = []
    sentences: list[dict[str, Any]] = []
    for study, view in enumerate(held.views):
        numbers = {layer.spot: layer.number for layer in held.layers.values() if layer.study == study}
        prefix = f"{view.name}: " if len(held.views) > 1 else ""
        figures += [
            {"title": f"{prefix}{sketch.title}", **_figure(sketch, numbers)}
            for sketch in sketches(view.results)
            if sketch.kind != "curve"
        ]
        sentences += _sentences(view, numbers, prefix)
    return {"figures": figures, "conclusions": sentences}


def _sentences(view: StudyView, numbers: dict[Any, int], prefix: str) -> list[dict[str, Any]]:
    by_key: dict[str, list[int]] = {}
    for (_, key, _), number in numbers.items():
        by_key.setdefault(key, []).append(number)
    found = []
    for one in view.results.conclusions():
        own = [numbers.get((one.model, key, None)) for key in one.layers]
        places = [n if n is not None else by_key.get(key, [None])[0] for n, key in zip(own, one.layers, strict=True)]
        found.append({"kind": one.kind, "text": f"{prefix}{one.text}", "places": [n for n in places if n is not None]})
    return found


def _figure(sketch: Sketch, numbers: dict[Any, int]) -> dict[str, Any]:
    info = sketch.record.info
    return {
        "kind": sketch.kind,
        "details": sketch.details,
        "label": info.label,
        "higher": info.higher_means,
        "bounds": [bound if math.isfinite(bound) else None for bound in info.bounds],
        "symmetric": info.symmetric,
        "panels": [_panel(panel, sketch, numbers) for panel in sketch.panels],
    }


def _panel(panel: Panel, sketch: Sketch, numbers: dict[Any, int]) -> dict[str, Any]:
    lines: dict[str, list[list[float | int | None]]] = {}
    for value in panel.values:
        record = value.record
        here = _number(record.place, numbers)
        there = None if record.other is None else _number(record.other, numbers)
        if here is None or (record.other is not None and there is None) or not math.isfinite(value.value):
            continue
        name = "" if sketch.kind == "matrix" else _line(record.place, record.group, value.x, record.column)
        lines.setdefault(name, []).append([here, there, value.value, _finite(value.low), _finite(value.high)])
    held = list(lines.items())[:LINES]
    return {"title": panel.title, "lines": [{"name": _short(name, held), "values": values} for name, values in held]}


def _line(place: Place, group: str | None, x: float | None, column: str | None) -> str:
    step = "" if place.step is None else f"step {place.step:g}"
    parts = (place.model, place.layer.site, step, column or "", group or "", "" if x is None else f"{x:g}")
    return "\x1f".join(parts)


def _short(name: str, held: list[tuple[str, Any]]) -> str:
    """Leave out what all lines have in common."""
    parts = [other.split("\x1f") for other, _ in held]
    own = name.split("\x1f")
    differ = [place for place in range(len(own)) if len({part[place] for part in parts}) > 1]
    return " · ".join(own[place] for place in differ if own[place])


def _number(place: Place, numbers: dict[Any, int]) -> int | None:
    return numbers.get(spot_of(place))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
