"""Layer by layer heat maps, within a model and between two, one panel for each checkpoint or pair of models."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from .._types import LayerInfo
from ..measures import rounded
from ..measures.uncertainty import Beyond
from ..results import MeasureInfo, Place
from ._arrange import columns_of, size_of
from ._choose import Panel, Sketch
from ._limits import colour_limits
from ._look import EMPTY, INK, PAPER, SEQUENTIAL
from ._names import error_of, layer_words, literal, owner_of, quantity_of
from ._spec import Axis, Bar, Cells, Dots, FigureSpec, FloatArray, Look, PanelSpec, Ticks
from ._ticks import nice_ticks, number_ticks

WRITTEN = 8  # up to so many layers, each cell has its number
LONG = 4  # names of more letters are turned
CORNER = 0.36  # of a cell: where its sign stands beside its number
BEYOND = "beyond chance"


def matrix_spec(sketch: Sketch) -> FigureSpec:
    """Say what heat maps show; they share one scale of colours."""
    info = sketch.record.info
    shown = [value.value for value in sketch.values]
    shown += [number for panel in sketch.panels for number in (_reversed(panel, info) or {}).values()]
    limits = colour_limits(shown, info.bounds)
    named = _named(sketch)
    panels = tuple(
        part for panel in sketch.panels for part in _both_ways(panel, _panel(panel, sketch, named=named), sketch)
    )
    size = size_of(len(panels), 3.6)
    if len(panels) == 1:
        rows, columns = next(mark.values.shape for mark in panels[0].marks if isinstance(mark, Cells))
        wide = min(max(columns / rows, 0.6), 1 / 0.6)
        size = (2.1 + 3.7 * wide, 4.8) if wide <= 1 else (5.8, 1.1 + 3.7 / wide)
    higher = f"(higher: {info.higher_means})" if info.higher_means else ""
    return FigureSpec(
        sketch.name,
        sketch.title,
        panels,
        size,
        details=sketch.details,
        columns=columns_of(len(panels)),
        bar=Bar(limits, SEQUENTIAL, quantity_of(info), note=higher, ticks=nice_ticks(limits, 7)),
    )


def _panel(panel: Panel, sketch: Sketch, *, named: bool) -> PanelSpec:
    info = sketch.record.info
    rows, columns, values = _laid_out(panel, info)
    one = panel.values[0].record.place
    two = panel.values[0].record.other or one
    across, up = _ticks(columns, named), _ticks(rows, named)
    turned = 40 if max((len(word) for _, word in across), default=0) > LONG else 0
    x_title, y_title = ("layer", "layer") if owner_of(one) == owner_of(two) else _owners(one, two)
    if not info.symmetric:
        x_title, y_title = f"to {x_title}", f"from {y_title}"
    cells = Cells(
        values,
        rows=tuple(layer.key for layer in rows),
        columns=tuple(layer.key for layer in columns),
        words=_words(panel, (rows, columns), values),
        written=_written(values) if max(values.shape) <= WRITTEN else (),
        gap=EMPTY,
    )
    return PanelSpec(
        Axis((-0.5, len(columns) - 0.5), x_title, across, angle=turned),
        Axis((-0.5, len(rows) - 0.5), y_title, up),
        (cells, *_dots(panel, sketch, rows, columns)),
        panel.title,
        aspect=_aspect(values),
        framed=False,
    )


def _dots(panel: Panel, sketch: Sketch, rows: Sequence[LayerInfo], columns: Sequence[LayerInfo]) -> Iterator[Dots]:
    """Yield a dot in the corner of each cell that is beyond what the most alike of all pairs reads by chance."""
    at_row, at_column = ({layer: place for place, layer in enumerate(side)} for side in (rows, columns))
    held = [value.record for value in panel.values if value.record.other is not None]
    above = [record for record in held if id(record) in sketch.beyond and sketch.beyond[id(record)].above]
    if above:
        y = np.array([at_row[record.place.layer] for record in above]) + CORNER
        x = np.array([at_column[record.other.layer] for record in above if record.other is not None]) + CORNER
        size = float(np.clip(70 / max(len(rows), len(columns)), 2.0, 9.0))
        words = tuple(_passed(sketch.beyond[id(record)]) for record in above)
        yield Dots(x, y, Look(PAPER, "dot", width=0, size=1.8 * size), order=4)  # seen on dark cells
        yield Dots(x, y, Look(INK, "dot", width=0, size=size), BEYOND, words=words, order=4.5)


def _passed(found: Beyond) -> str:
    return f"{BEYOND} (p {found.p_value:.3g} among {found.of} pairs; passed in 5 %: {found.limit:.3g})"


def _both_ways(panel: Panel, drawn: PanelSpec, sketch: Sketch) -> Iterator[PanelSpec]:
    """Yield the panel and, where comparisons of two models brought the other direction with them, that too."""
    info, chance = sketch.record.info, any(id(value.record) in sketch.beyond for value in panel.values)
    reverse = _reversed(panel, info)
    if reverse is None:
        yield drawn
        return
    one = panel.values[0].record.place
    names = owner_of(one), owner_of(panel.values[0].record.other or one)
    turned = replace(panel, values=tuple(replace(value, value=reverse[id(value.record)]) for value in panel.values))
    _, _, values = _laid_out(turned, info)
    cells = next(mark for mark in drawn.marks if isinstance(mark, Cells))
    words = tuple(
        tuple(
            f"{word.rsplit(chr(10), 1)[0]}\n{number:.3g} the other way" if word else ""
            for word, number in zip(*row, strict=True)
        )
        for row in zip(cells.words, values.tolist(), strict=True)
    )
    back = replace(cells, values=values, words=words, written=_written(values) if cells.written else ())
    stem = f"{panel.title}: " if panel.title else ""
    x, y = drawn.x, drawn.y
    yield replace(drawn, title=f"{stem}{names[0]} → {names[1]}")
    yield replace(
        drawn,
        x=replace(x, title=x.title.replace("to ", "from ", 1)),
        y=replace(y, title=y.title.replace("from ", "to ", 1)),
        marks=(back,),
        title=f"{stem}{names[1]} → {names[0]}{' (not judged)' if chance else ''}",
    )


def turned(sketch: Sketch) -> bool:
    """Whether panels show the other direction too, which has values and no null."""
    return any(_reversed(panel, sketch.record.info) is not None for panel in sketch.panels)


def _reversed(panel: Panel, info: MeasureInfo) -> dict[int, float] | None:
    """Return the other direction of each comparison of two models, by its record; None where they did not bring it."""
    if info.symmetric or panel.values[0].record.profile != "models":
        return None
    found = {id(value.record): value.record.result.details.get("reverse", math.nan) for value in panel.values}
    known = all(isinstance(entry, float) and math.isfinite(entry) for entry in found.values())
    return {record: float(entry) for record, entry in found.items()} if known else None


def _owners(one: Place, two: Place) -> tuple[str, str]:
    """Return what stands along the columns and the rows: the second model and the first."""
    return f"layer of {owner_of(two)}", f"layer of {owner_of(one)}"


def _laid_out(panel: Panel, info: MeasureInfo) -> tuple[list[LayerInfo], list[LayerInfo], FloatArray]:
    """Lay the values out, shallow to deep from the lower left; a symmetric measure may hold each pair once only."""
    pairs = [(v.place.layer, v.record.other.layer, v.value) for v in panel.values if v.record.other is not None]
    rows = sorted({row for row, _, _ in pairs}, key=lambda layer: (layer.index, layer.name))
    columns = sorted({column for _, column, _ in pairs}, key=lambda layer: (layer.index, layer.name))
    within = panel.values[0].record.profile == "pairs"
    if within:
        rows = columns = sorted({*rows, *columns}, key=lambda layer: (layer.index, layer.name))
    at_row, at_column = ({layer: place for place, layer in enumerate(side)} for side in (rows, columns))
    values = np.full((len(rows), len(columns)), np.nan)
    for row, column, value in pairs:
        values[at_row[row], at_column[column]] = value
    if within and info.symmetric:
        values = np.where(np.isnan(values), values.T, values)
    return rows, columns, values


def _words(
    panel: Panel, sides: tuple[Sequence[LayerInfo], Sequence[LayerInfo]], values: FloatArray
) -> tuple[tuple[str, ...], ...]:
    """Return what each cell tells: both layers, and the value with its error."""
    errors = {
        (value.place.layer, value.record.other.layer): error_of(value.record)
        for value in panel.values
        if value.record.other is not None
    }
    first = _model({value.place.model for value in panel.values})
    second = _model({(value.record.other or value.place).model for value in panel.values})
    rows, columns = sides

    def told(row: LayerInfo, column: LayerInfo, value: float) -> str:
        if math.isnan(value):
            return ""
        error = errors.get((row, column), errors.get((column, row), math.nan))
        return f"{first}{layer_words(row)}\n{second}{layer_words(column)}\n{rounded(value, error)}"

    return tuple(
        tuple(told(row, column, float(values[i, j])) for j, column in enumerate(columns)) for i, row in enumerate(rows)
    )


def _model(models: set[str]) -> str:
    named = models - {""}
    return f"{next(iter(named))} · " if len(named) == 1 else ""


def _written(values: FloatArray) -> tuple[tuple[str, ...], ...]:
    def number(value: float) -> str:
        if not math.isfinite(value):
            return ""
        return f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}"

    return tuple(tuple(number(value) for value in row) for row in values.tolist())


def _named(sketch: Sketch) -> bool:
    """Whether ticks are names: where all panels have few layers, of plain arrays with short names."""
    layers = [layer for stack in sketch.layers.values() for layer in stack]
    few = max(map(len, sketch.layers.values())) <= WRITTEN
    return few and all(layer.site == "" and len(layer.name) <= 16 for layer in layers)


def _ticks(layers: Sequence[LayerInfo], named: bool) -> Ticks:
    """Return names, else every 1st, 2nd, 5th, 10th ... number."""
    if named:
        return tuple((float(place), literal(layer.name)) for place, layer in enumerate(layers))
    return number_ticks([layer.index for layer in layers])


def _aspect(values: FloatArray) -> float:
    """Return the height of a cell over its width: square, unless the matrix is so lengthy that the figure would be empty."""
    ratio: float = values.shape[1] / values.shape[0]
    return max(1.0, 0.6 * ratio) if ratio > 1 else min(1.0, ratio / 0.6)
