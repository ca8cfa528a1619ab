"""Small inline pictures for notebooks, as SVG drawn by hand: what level a value stands on must not need matplotlib.

They carry numbers only, no text from outside, and draw in the notebook's own colour beside one accent that reads on light and
dark paper.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ._html import Markup, element, joined

FloatArray = npt.NDArray[np.float64]
ACCENT = "#3b82c4"
WIDTH, HEIGHT, EDGE = 220, 56, 4
FEW = 24
"""Points of a line up to which each is marked."""
ROOM = 0.25
"""How far above all else a band without an upper end goes, as a share of what is shown."""
WIDE = 20.0
"""Largest over smallest x from which on the axis is logarithmic."""


def line(  # house: one picture, its values with what lies around them
    x: Sequence[float] | FloatArray,
    y: Sequence[float] | FloatArray,
    low: Sequence[float] | FloatArray | None = None,
    high: Sequence[float] | FloatArray | None = None,
    *,
    chance: float | None = None,
    said: str = "",
    width: int = WIDTH,
    height: int = HEIGHT,
) -> Markup:
    """Return y over x as a line, with the band from low to high; values that are not finite leave a gap."""
    along, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    lower, upper = (values if edge is None else np.asarray(edge, dtype=np.float64) for edge in (low, high))
    open_ = np.isposinf(upper)  # at least: up to the top of the picture
    lower, upper = np.where(np.isfinite(lower), lower, values), np.where(np.isfinite(upper), upper, values)
    if open_.any():
        there = np.concatenate([lower, upper])[np.isfinite(np.concatenate([lower, upper]))]
        upper = (
            np.where(open_, there.max() + ROOM * (np.ptp(there) or abs(there.max())), upper) if there.size else upper
        )
    if values.size > width:  # a pixel shows one of them
        seen = np.linspace(0, values.size - 1, width).round().astype(np.int64)
        along, values, lower, upper = along[seen], values[seen], lower[seen], upper[seen]
    known = np.isfinite(along) & np.isfinite(values)
    if not known.any():
        return Markup("")
    if along[known].min() > 0 and along[known].max() / along[known].min() >= WIDE:
        along = np.log(np.where(along > 0, along, np.nan))
    across = _scale(along[known], EDGE, width - EDGE)
    ends = [*lower[known], *upper[known], *([chance] if chance is not None and math.isfinite(chance) else [])]
    up = _scale(np.array(ends), height - EDGE, EDGE)
    drawn = [_level(up(chance), width)] if chance is not None and math.isfinite(chance) else []
    for run in _runs(known):
        places = [(across(along[i]), i) for i in run]
        if low is not None and len(run) > 1:
            edge = [(px, up(lower[i])) for px, i in places] + [(px, up(upper[i])) for px, i in reversed(places)]
            drawn.append(element("polygon", points=_points(edge), fill=ACCENT, fill_opacity=".25"))
        points = [(px, up(values[i])) for px, i in places]
        drawn.append(element("polyline", points=_points(points), fill="none", stroke=ACCENT, stroke_width="1.5"))
        if len(values) <= FEW:
            drawn += [element("circle", cx=f"{px:.1f}", cy=f"{py:.1f}", r="1.8", fill=ACCENT) for px, py in points]
    return _svg(drawn, width, height, said)


def span(value: float, interval: tuple[float, float] | None, *, chance: float | None = None, said: str = "") -> Markup:
    """Return a value as a dot on its interval, and chance as a tick."""
    ends = [entry for entry in (value, *(interval or ()), chance) if entry is not None and math.isfinite(entry)]
    if not math.isfinite(value) or len(set(ends)) < 2:
        return Markup("")
    height, across = 20, _scale(np.array(ends), 2 * EDGE, WIDTH - 2 * EDGE)
    drawn = []
    if chance is not None and math.isfinite(chance):
        drawn.append(_stroke((across(chance), 2), (across(chance), height - 2), stroke_dasharray="2 2"))
    if interval is not None and math.isfinite(interval[0]) and not math.isnan(interval[1]):
        start, end = ((across(e) if math.isfinite(e) else float(WIDTH), height / 2) for e in interval)
        drawn.append(_stroke(start, end, stroke=ACCENT, stroke_width="3", stroke_opacity=".4"))
    drawn.append(element("circle", cx=f"{across(value):.1f}", cy=f"{height / 2:.1f}", r="3.5", fill=ACCENT))
    return _svg(drawn, WIDTH, height, said)


def bars(heights: Sequence[float] | FloatArray, *, said: str = "", width: int = WIDTH, height: int = 36) -> Markup:
    """Return bars from the ground, as of a histogram."""
    held = np.nan_to_num(np.asarray(heights, dtype=np.float64))
    if not held.size or held.max() <= 0:
        return Markup("")
    step, top = (width - 2 * EDGE) / held.size, float(held.max())
    drawn = []
    for place, entry in enumerate(held):
        tall = (height - EDGE) * float(entry) / top
        drawn.append(
            element(
                "rect", x=f"{EDGE + place * step:.1f}", y=f"{height - tall:.1f}", width=f"{max(0.5, step - 1):.1f}",
                height=f"{tall:.1f}", fill=ACCENT, fill_opacity=".7",
            )
        )  # fmt: skip
    return _svg(drawn, width, height, said)


class _Scale:
    """From values to pixels."""

    __slots__ = ("_at", "_factor", "_start")

    def __init__(self, values: FloatArray, start: float, end: float) -> None:
        low, high = float(values.min()), float(values.max())
        self._at, self._start = (low, start) if high > low else (low, (start + end) / 2)
        self._factor = (end - start) / (high - low) if high > low else 0.0

    def __call__(self, value: float) -> float:
        return self._start + (float(value) - self._at) * self._factor


def _scale(values: FloatArray, start: float, end: float) -> _Scale:
    return _Scale(values, start, end)


def _runs(known: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    """Return the places of each stretch without a gap."""
    places = np.flatnonzero(known)
    return np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)


def _points(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{px:.1f},{py:.1f}" for px, py in pairs)


def _level(at: float, width: int) -> Markup:
    return _stroke((EDGE, at), (width - EDGE, at), stroke_dasharray="2 2")


def _stroke(start: tuple[float, float], end: tuple[float, float], **style: str) -> Markup:
    style = {"stroke": "currentColor", "stroke_opacity": ".5", **style}
    (x1, y1), (x2, y2) = start, end
    return element("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", **style)


def _svg(drawn: Sequence[Markup], width: int, height: int, said: str) -> Markup:
    return element(
        "svg", joined(*drawn), xmlns="http://www.w3.org/2000/svg", width=width, height=height,
        viewBox=f"0 0 {width} {height}", role="img", aria_label=said or None, style="vertical-align:middle",
    )  # fmt: skip
