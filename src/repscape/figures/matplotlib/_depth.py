"""Depth profiles: a number by layer, one line for each model, site, checkpoint or column, with its 95 % band."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator

from ..._types import LayerInfo
from ...results import MeasureInfo
from .._choose import Sketch, by_index
from .._values import ORDERED, Value, in_order, key_of, said
from ._style import (
    FEW_LINES,
    MANY_LAYERS,
    MARKERS,
    MUTED,
    PALETTE,
    PAPER,
    axis_labels,
    legend,
    literal,
    new_figure,
    ordered,
    title,
)

Key = tuple[Any, ...]
FloatArray = npt.NDArray[np.float64]
TICK_STEPS = (1, 2, 5, 10)
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (2.5, 1.5)))
NAMES_FIT = 56  # characters of layer names that stand side by side under one panel


def depth_figure(sketch: Sketch) -> Figure:
    """Draw a depth profile."""
    figure, axes = new_figure(len(sketch.panels), height=3.3)
    layers = [value.place.layer for value in sketch.values]
    numbered = by_index(layers)
    looks = _looks(sketch)
    guides: dict[str, Artist] = {}
    for ax, panel in zip(axes, sketch.panels, strict=True):
        for key in looks:
            line = [value for value in panel.values if key_of(value, sketch.lines) == key]
            if line:
                _draw_profile(ax, line, sketch, look=looks[key], numbered=numbered)
        for what, dashes in (("chance", (0, (1, 1.6))), ("ceiling", (0, (5, 2, 1, 2)))):
            drawn = _guide(ax, panel.values, what, dashes, sketch, looks, numbered)
            if drawn is not None:
                guides.setdefault(what, drawn)
    vertical_limits(axes, sketch.values, sketch.record.info)
    _layer_axis(axes, layers, numbered)
    info = sketch.record.info
    axis_labels(figure, axes, x="layer" if numbered else "relative depth", y=info.label or info.name)
    title(figure, axes, sketch.title, details=sketch.details, panels=[panel.title for panel in sketch.panels])
    _explain(figure, axes, sketch, looks, guides)
    return figure


def line_count(sketch: Sketch) -> int:
    """Return how many lines the panels have between them, each counted once."""
    return len({key_of(value, sketch.lines) for value in sketch.values})


def _looks(sketch: Sketch) -> dict[Key, dict[str, Any]]:
    """Return colour and marker of each line: shades for what is ordered, else colours and markers of their own."""
    distinct = {name: in_order(name, (key_of(v, [name])[0] for v in sketch.values)) for name in sketch.lines}
    keys = sorted(
        dict.fromkeys(key_of(value, sketch.lines) for value in sketch.values),
        key=lambda key: [distinct[name].index(entry) for name, entry in zip(sketch.lines, key, strict=True)],
    )
    band = 0.2 if len(keys) <= 3 else 0.1 if len(keys) <= FEW_LINES else 0.0
    if _is_ordered(sketch):
        shades = ordered()(np.linspace(0, 1, len(keys)))
        return {
            key: {"color": tuple(shade), "marker": "o", "dash": "-", "band": band, "aside": 0.0}
            for key, shade in zip(keys, shades, strict=True)
        }
    signs = _signs(keys, [len(distinct[name]) for name in sketch.lines])
    # At a single layer lines are points: side by side, or their errors would cover each other.
    alone = len({value.place.layer.depth for value in sketch.values}) == 1
    aside = np.linspace(-0.3, 0.3, len(keys)) if alone and len(keys) > 1 else np.zeros(len(keys))
    return {
        key: {"color": colour, "marker": marker, "dash": dash, "band": band, "aside": shift}
        for key, (colour, marker, dash), shift in zip(keys, signs, aside, strict=True)
    }


def _signs(keys: Sequence[Key], counts: Sequence[int]) -> list[tuple[str, str, Any]]:
    """Return colour, marker and dashes of each line.

    Where two things tell the lines apart, and one of them is of up to three kinds, colour says one and dashes the other.
    """
    if len(counts) == 2 and min(counts) <= len(DASHES) and max(counts) <= FEW_LINES:
        dashed = 0 if counts[0] <= counts[1] else 1
        first, second = (list(dict.fromkeys(key[side] for key in keys)) for side in (1 - dashed, dashed))
        places = [(first.index(key[1 - dashed]), second.index(key[dashed])) for key in keys]
    else:
        places = [(place % FEW_LINES, 0) for place in range(len(keys))]
    return [(PALETTE[i], MARKERS[(i + 3 * j) % FEW_LINES], DASHES[j]) for i, j in places]


def _is_ordered(sketch: Sketch) -> bool:
    return len(sketch.lines) == 1 and sketch.lines[0] in ORDERED


def _draw_profile(ax: Axes, line: Sequence[Value], sketch: Sketch, *, look: Mapping[str, Any], numbered: bool) -> None:
    x, (value, low, high) = _laid_out(line, sketch, numbered, lambda v: (v.value, v.low, v.high))
    held = np.concatenate([[False], ~np.isnan(value), [False]])
    lonely = held[1:-1] & ~held[:-2] & ~held[2:]  # between two gaps: only a marker shows it
    many = len(x) > MANY_LAYERS and not lonely.any()
    label, x = _label(sketch, key_of(line[0], sketch.lines)), x + look["aside"]
    sign = "" if many else look["marker"]
    ax.plot(x, value, label=label, color=look["color"], linestyle=look["dash"], marker=sign, zorder=3)
    if look["band"] and np.isfinite(low).any():
        ax.fill_between(x, low, high, color=look["color"], alpha=look["band"], linewidth=0, zorder=2)
        shown = lonely & np.isfinite(low)  # a band of no width is not seen
        if shown.any():
            ax.vlines(x[shown], low[shown], high[shown], color=look["color"], linewidth=1.4, zorder=2)


def _laid_out(
    line: Sequence[Value], sketch: Sketch, numbered: bool, read: Callable[[Value], tuple[float, ...]]
) -> tuple[FloatArray, FloatArray]:
    """Return where the layers stand and what is read there, NaN at layers without a value."""
    held = {value.place.layer: read(value) for value in line}
    stacks = dict.fromkeys((value.place.model, value.place.layer.site) for value in line)
    # At equal depth only some layers have a partner; the others are no gaps.
    equal = sketch.record.profile == "equal"
    layers = list(held) if equal else [layer for stack in stacks for layer in sketch.layers[stack]]
    layers.sort(key=lambda layer: layer.depth)
    width = len(next(iter(held.values())))
    found = np.array([held.get(layer, (math.nan,) * width) for layer in layers], dtype=np.float64)
    return np.array([layer.index if numbered else layer.depth for layer in layers], dtype=np.float64), found.T


def _label(sketch: Sketch, key: Key) -> str:
    """Return what a legend says of a line."""
    bare = len(sketch.lines) == 1
    words = [said(name, entry, bare=bare) for name, entry in zip(sketch.lines, key, strict=True)]
    return " · ".join(word for word in words if word) or "unnamed"


def _guide(
    ax: Axes,
    values: Sequence[Value],
    what: str,
    dashes: Any,
    sketch: Sketch,
    looks: Mapping[Key, Mapping[str, Any]],
    numbered: bool,
) -> Artist | None:
    """Draw chance or ceiling: one line where all agree, else one for each line, in its colour."""
    found = np.array([getattr(value, what) for value in values])
    found = found[np.isfinite(found)]
    if not found.size or (what == "ceiling" and found.min() >= sketch.record.info.bounds[1]):
        return None
    style: dict[str, Any] = {"linestyle": dashes, "linewidth": 1.2, "marker": "", "zorder": 1}
    if np.ptp(found) <= 1e-3 * abs(found).max():
        ax.axhline(float(found.mean()), color=MUTED, label=what, **style)
    else:
        for key, look in looks.items():
            line = [value for value in values if key_of(value, sketch.lines) == key]
            if line:
                x, (height,) = _laid_out(line, sketch, numbered, lambda v: (getattr(v, what),))
                ax.plot(x, height, color=look["color"], label=what, **style)
    return Line2D([], [], color=MUTED, linestyle=dashes, linewidth=1.2)


def vertical_limits(axes: Sequence[Axes], values: Sequence[Value], info: MeasureInfo) -> None:
    """Begin at the lower bound where the values come near it, and never cut off a line at a bound."""
    floor, roof = info.bounds
    shown = [v for value in values for v in (value.value, value.low, value.high, value.chance)]
    shown += [value.ceiling for value in values if value.ceiling < roof]
    finite = np.array([entry for entry in shown if math.isfinite(entry)])
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    margin = 0.05 * ((high - low) or abs(high) or 1.0)
    bottom, top = low - margin, high + margin
    near = low - floor < 0.75 * (high - floor) or low == high
    if math.isfinite(floor) and near and (floor >= 0 or low < 0):  # from -1 half of the panel would be empty
        bottom = min(low, floor) - (0.02 * (high - floor) if low < floor + margin else 0.0)
    if math.isfinite(roof) and top > roof:
        top = max(high, roof) + 0.02 * (high - bottom)
    for ax in axes:
        ax.set_ylim(bottom, top)
        ax.yaxis.set_major_locator(MaxNLocator(6, steps=TICK_STEPS))


def _layer_axis(axes: Sequence[Axes], layers: Sequence[LayerInfo], numbered: bool) -> None:
    positions = sorted({float(layer.index if numbered else layer.depth) for layer in layers})
    span = positions[-1] - positions[0]
    names = _short_names(layers, len(axes)) if numbered else None
    for ax in axes:
        ax.grid(visible=False, axis="x")
        ax.set_xlim(positions[0] - 0.03 * (span or 20), positions[-1] + 0.03 * (span or 20))
        if names is not None:
            ax.set_xticks(list(names), labels=list(names.values()))
        elif len(positions) == 1:
            ax.set_xticks(positions)
        else:
            most = 7 if len(axes) > 1 else 10
            ax.xaxis.set_major_locator(
                MaxNLocator(most, integer=True, steps=TICK_STEPS) if numbered else MultipleLocator(0.2)
            )


def _short_names(layers: Sequence[LayerInfo], panels: int) -> dict[int, str] | None:
    """Return names to stand under the axis: only of plain arrays, where all models agree and there is room."""
    names: dict[int, str] = {}
    for layer in layers:
        if layer.site or names.setdefault(layer.index, layer.name) != layer.name:
            return None
    room = NAMES_FIT // min(panels, 3)
    longest = max(len(name) for name in names.values())
    return {index: literal(name, 24) for index, name in sorted(names.items())} if longest * len(names) <= room else None


def _explain(
    figure: Figure,
    axes: Sequence[Axes],
    sketch: Sketch,
    looks: Mapping[Key, Mapping[str, Any]],
    guides: Mapping[str, Artist],
) -> None:
    """Add a legend, or a colour bar where ordered lines are too many for one."""
    handles: list[Artist] = []
    labels: list[str] = []
    if len(looks) > FEW_LINES and _is_ordered(sketch):
        norm = BoundaryNorm(np.arange(len(looks) + 1) - 0.5, len(looks))
        colours = ListedColormap([look["color"] for look in looks.values()])
        bar = figure.colorbar(ScalarMappable(norm, colours), ax=list(axes), aspect=30)
        ticks = np.unique(np.linspace(0, len(looks) - 1, 6).round().astype(int))
        bar.set_ticks(ticks.tolist(), labels=[_label(sketch, list(looks)[tick]) for tick in ticks])
        bar.set_label(
            sketch.lines[0] if sketch.lines[0] != "x" else literal(getattr(sketch.record.result, "x_name", "x"))
        )
        bar.ax.minorticks_off()
    elif len(looks) > 1:
        many = len(sketch.layers) and max(map(len, sketch.layers.values())) > MANY_LAYERS
        for key, look in looks.items():
            sign = "" if many else look["marker"]
            handles.append(Line2D([], [], color=look["color"], linestyle=look["dash"], marker=sign))
            labels.append(_label(sketch, key))
    if not handles:
        _name_guides(axes[0], guides)
        return
    heading = sketch.lines[0] if len(sketch.lines) == 1 else ""
    if heading == "x":
        heading = getattr(sketch.record.result, "x_name", "")
    legend(figure, [*handles, *guides.values()], [*labels, *guides], heading=literal(heading))


def _name_guides(ax: Axes, guides: Mapping[str, Artist]) -> None:
    """Write chance and ceiling beside their lines, where there is no legend to say it."""
    for what in guides:
        line = next(line for line in ax.lines if line.get_label() == what)
        height = float(np.asarray(line.get_ydata())[-1])
        ax.annotate(
            what,
            xy=(1, height),
            xycoords=ax.get_yaxis_transform(),
            xytext=(-2, 2),
            textcoords="offset points",
            ha="right",
            va="bottom",
            color=MUTED,
            fontsize=8.5,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
            zorder=4,
        )
