"""Layer by layer heat maps, within a model and between two, one panel for each checkpoint."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure

from ..._types import LayerInfo
from ...results import MeasureInfo, Place, Record
from .._choose import Panel, Sketch
from ._style import ON_DARK, ON_LIGHT, axis_labels, literal, new_figure, sequential, title

WRITTEN = 8  # up to so many layers, each cell has its number
FloatArray = npt.NDArray[np.float64]


def matrix_figure(sketch: Sketch) -> Figure:
    """Draw heat maps that share one scale of colours."""
    figure, axes = new_figure(len(sketch.panels), height=4.4 if len(sketch.panels) == 1 else 3.6, square=True)
    info = sketch.record.info
    norm = Normalize(*colour_limits([value.value for value in sketch.values], info))
    colours = sequential()
    for ax, panel in zip(axes, sketch.panels, strict=True):
        rows, columns, cells = _cells(panel, info)
        image = ax.imshow(
            cells, origin="lower", cmap=colours, norm=norm, interpolation="nearest", aspect=_aspect(cells)
        )
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=2.5)
        _ticks(ax, rows, columns, named=_named(sketch))
        if max(cells.shape) <= WRITTEN:
            _write(ax, cells, norm, colours)
    rows_label, columns_label = _axis_labels(sketch)
    axis_labels(figure, axes, x=columns_label, y=rows_label)
    if len(axes) == 1:
        wide = min(max(cells.shape[1] / cells.shape[0], 0.6), 1 / 0.6)
        figure.set_size_inches((2.1 + 3.7 * wide, 4.8) if wide <= 1 else (5.8, 1.1 + 3.7 / wide))
    bar = figure.colorbar(
        image, ax=list(axes), aspect=28, fraction=0.05, pad=0.03, shrink=0.5 if len(axes) > 6 else 1.0
    )
    bar.outline.set_visible(False)
    meaning = f"\n(higher: {literal(info.higher_means, 40)})" if info.higher_means else ""
    bar.set_label(literal(info.label or info.name, 44) + meaning)
    title(figure, axes, sketch.title, details=sketch.details, panels=[panel.title for panel in sketch.panels])
    return figure


def colour_limits(values: Sequence[float], info: MeasureInfo) -> tuple[float, float]:
    """Return the ends of the colour scale: a bound where the values come near it, else the values' own end."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return 0.0, 1.0
    low, high = min(finite), max(finite)
    floor, roof = info.bounds
    start = floor if math.isfinite(floor) and low - floor <= 0.5 * (high - floor) else low
    end = roof if math.isfinite(roof) and roof - high <= 0.35 * (roof - start) else high
    if end > start:
        return start, end
    return (floor, roof) if math.isfinite(floor) and math.isfinite(roof) else (start - 0.5, start + 0.5)


def _cells(panel: Panel, info: MeasureInfo) -> tuple[list[LayerInfo], list[LayerInfo], FloatArray]:
    """Lay the values out, shallow to deep from the lower left; a symmetric measure may hold each pair once only."""
    pairs = [(v.place.layer, v.record.other.layer, v.value) for v in panel.values if v.record.other is not None]
    rows = sorted({row for row, _, _ in pairs}, key=lambda layer: (layer.index, layer.name))
    columns = sorted({column for _, column, _ in pairs}, key=lambda layer: (layer.index, layer.name))
    within = panel.values[0].record.profile == "pairs"
    if within:
        rows = columns = sorted({*rows, *columns}, key=lambda layer: (layer.index, layer.name))
    at_row, at_column = ({layer: place for place, layer in enumerate(side)} for side in (rows, columns))
    cells = np.full((len(rows), len(columns)), np.nan)
    for row, column, value in pairs:
        cells[at_row[row], at_column[column]] = value
    if within and info.symmetric:
        cells = np.where(np.isnan(cells), cells.T, cells)
    return rows, columns, cells


def _ticks(ax: Axes, rows: Sequence[LayerInfo], columns: Sequence[LayerInfo], *, named: bool) -> None:
    places, labels = _tick_labels(rows, named)
    ax.set_yticks(places, labels=labels)
    places, labels = _tick_labels(columns, named)
    long = max(map(len, labels), default=0) > 4
    ax.set_xticks(places, labels=labels, rotation=40 if long else 0, ha="right" if long else "center")
    if long:
        ax.tick_params(axis="x", pad=1)


def _named(sketch: Sketch) -> bool:
    """Whether ticks are names: where all panels have few layers, of plain arrays with short names."""
    layers = [layer for stack in sketch.layers.values() for layer in stack]
    few = max(map(len, sketch.layers.values())) <= WRITTEN
    return few and all(layer.site == "" and len(layer.name) <= 16 for layer in layers)


def _tick_labels(layers: Sequence[LayerInfo], named: bool) -> tuple[list[int], list[str]]:
    """Return where ticks stand and what they say: names, else every 1st, 2nd, 5th, 10th ... number."""
    if named:
        return list(range(len(layers))), [literal(layer.name) for layer in layers]
    return number_ticks([layer.index for layer in layers])


def number_ticks(numbers: Sequence[int]) -> tuple[list[int], list[str]]:
    """Return where ticks stand along layers of these numbers and what they say, so that there are nine or so."""
    step = next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if len(numbers) / size <= 9)
    places = [place for place, number in enumerate(numbers) if number % step == 0]
    return places, [str(numbers[place]) for place in places]


def _axis_labels(sketch: Sketch) -> tuple[str, str]:
    """Say whose layers stand along the rows and the columns."""
    if sketch.record.profile == "pairs":
        return "layer", "layer"
    sides = [
        {_owner(place) for v in sketch.values if (place := read(v.record)) is not None} for read in (_first, _second)
    ]
    if any(len(side) > 1 for side in sides):
        return "layer of the first", "layer of the second"
    one, two = (f"layer of {literal(next(iter(side)))}" for side in sides)
    return one, two


def _first(record: Record) -> Place:
    return record.place


def _second(record: Record) -> Place | None:
    return record.other


def _owner(place: Place) -> str:
    return " · ".join(part for part in (place.model, place.layer.site) if part) or "the unnamed model"


def _aspect(cells: FloatArray) -> float:
    """Return the height of a cell over its width: square, unless the matrix is so lengthy that the figure would be empty."""
    ratio: float = cells.shape[1] / cells.shape[0]
    return max(1.0, 0.6 * ratio) if ratio > 1 else min(1.0, ratio / 0.6)


def _write(ax: Axes, cells: FloatArray, norm: Normalize, colours: Colormap) -> None:
    for (row, column), value in np.ndenumerate(cells):
        if math.isfinite(value):
            red, green, blue, _ = colours(norm(value))
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
            number = f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}"
            ax.text(column, row, number, ha="center", va="center", fontsize=7, color=ON_DARK if dark else ON_LIGHT)
