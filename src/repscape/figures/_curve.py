"""Scale curves: a number against rank, number of points or whatever else it was computed at, one line for each layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .._types import LayerInfo
from ..measures import Curve, rounded
from ..results import Record
from ._arrange import columns_of, size_of
from ._choose import Panel, Sketch, by_index
from ._limits import value_axis
from ._look import DOTTED, MARKERS, MUTED, ORDERED, PALETTE, REACH, shade
from ._names import place_words
from ._spec import Axis, Bar, Entry, FigureSpec, Legend, Look, PanelSpec, Rule, Trace
from ._ticks import nice_ticks, padded, two_ticks
from ._values import key_of, said

BANDS = 12  # more lines than this in one panel go without bands
MARKED = 16  # so do markers of more values than this
LOG_FROM = 8.0  # x axes that span at least so large a ratio are logarithmic


@dataclass(frozen=True, slots=True)
class Shades:
    """The colours of layers, shallow to deep."""

    numbered: bool
    """Whether layers stand by their number, else by relative depth."""
    low: float
    """Of the shallowest."""
    high: float
    """Of the deepest, or a little more where there is one alone."""

    def height(self, layer: LayerInfo) -> float:
        """Return where a layer stands."""
        return float(layer.index) if self.numbered else layer.depth

    def of(self, layer: LayerInfo) -> str:
        """Return its colour."""
        return shade(ORDERED, (self.height(layer) - self.low) / (self.high - self.low))


def curve_spec(sketch: Sketch) -> FigureSpec:
    """Say what scale curves show."""
    layers = [record.place.layer for panel in sketch.panels for record in _records(panel)]
    shades = _shades(layers)
    few = _few(sketch)
    x, y = _scale_axis(sketch), value_axis(sketch.values, sketch.record.info)
    panels = [PanelSpec(x, y, (*_lines(panel, few, shades), *_chances(panel)), panel.title) for panel in sketch.panels]
    entries = [Entry(name, replace(look, width=1.7)) for name, look in zip(few, _signs(len(few)), strict=True)]
    entries = entries if len(few) > 1 else []
    guides = [mark.look for panel in panels for mark in panel.marks if isinstance(mark, Rule)]
    entries += [Entry("chance", guides[0])] if guides else []
    several = len({shades.height(layer) for layer in layers}) > 1
    return FigureSpec(
        sketch.name,
        sketch.title,
        tuple(panels),
        size_of(len(panels), 3.3),
        details=sketch.details,
        columns=columns_of(len(panels)),
        legend=Legend(tuple(entries)) if entries else None,
        bar=_bar(shades) if several and not few else None,
    )


def _shades(layers: Sequence[LayerInfo]) -> Shades:
    numbered = by_index(layers)
    heights = [float(layer.index) if numbered else layer.depth for layer in layers]
    return Shades(numbered, min(heights), max(heights) if max(heights) > min(heights) else min(heights) + 1)


def _bar(shades: Shades) -> Bar:
    limits = (shades.low, shades.high)
    title = "layer" if shades.numbered else "relative depth"
    return Bar(limits, ORDERED, title, ticks=nice_ticks(limits, 7, whole=shades.numbered))


def _records(panel: Panel) -> list[Record]:
    """Return the panel's curves, deep layers last."""
    distinct = {id(value.record): value.record for value in panel.values}
    return sorted(distinct.values(), key=lambda record: record.place.layer.depth)


def _few(sketch: Sketch) -> list[str]:
    """Return the names of the lines where each has a colour of its own: few models of a layer or two; else nothing."""
    if len(sketch.panels) > 1:
        return []
    records = _records(sketch.panels[0])
    first = {id(value.record): value for value in reversed(sketch.panels[0].values)}
    if not sketch.lines and len(records) > 2:
        return []
    several = len({record.place.layer for record in records}) > 1
    words = []
    for record in records:
        key = key_of(first[id(record)], sketch.lines)
        said_of = [said(name, entry) for name, entry in zip(sketch.lines, key, strict=True)]
        words.append(" · ".join(word for word in [*said_of, record.place.layer.key if several else ""] if word))
    return words


def _signs(count: int) -> list[Look]:
    return [Look(PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)], width=1.4) for i in range(count)]


def _lines(panel: Panel, few: Sequence[str], shades: Shades) -> Iterator[Trace]:
    records = _records(panel)
    banded = len(records) <= BANDS
    for place, (record, sign) in enumerate(zip(records, _signs(len(records)), strict=True)):
        curve, layer = record.result, record.place.layer
        if not isinstance(curve, Curve):
            continue
        order = np.argsort(curve.x)
        x, y = curve.x[order], curve.values[order]
        error = np.full(len(x), np.nan) if curve.stderr is None else curve.stderr[order]
        look = sign if few else Look(shades.of(layer), MARKERS[0], width=1.4 if banded else 0.9)
        shown = banded and bool(np.isfinite(error).any())
        yield Trace(
            x,
            y,
            look if banded and len(x) <= MARKED else replace(look, marker=""),
            few[place] if few else layer.key,
            low=y - REACH * error if shown else None,
            high=y + REACH * error if shown else None,
            band=0.15,
            words=tuple(
                f"{place_words(record.place)}\n{curve.x_name} {at:g}: {rounded(value, one)}"
                for at, value, one in zip(x.tolist(), y.tolist(), error.tolist(), strict=True)
            ),
        )


def _chances(panel: Panel) -> list[Rule]:
    found = dict.fromkeys(record.result.chance for record in _records(panel))
    return [Rule(chance, Look(MUTED, dash=DOTTED, width=1.2), "chance") for chance in found if chance is not None]


def _scale_axis(sketch: Sketch) -> Axis:
    """Return the axis of ranks or sizes: logarithmic where they span enough, with plain numbers for ticks."""
    x = sorted({value.x for value in sketch.values if value.x is not None})
    name = str(getattr(sketch.record.result, "x_name", "x"))
    if not x or x[0] < 1 or x[-1] / x[0] < LOG_FROM:  # fractions stand on a plain axis
        limits = padded(x)
        return Axis(limits, name, nice_ticks(limits, 6), grid=True, group="x")
    room = {1: 60, 2: 40}.get(len(sketch.panels), 24)  # signs that stand side by side under one panel
    return Axis(padded(x, log=True), f"{name} (log scale)", two_ticks(x, room), log=True, grid=True, group="x")
