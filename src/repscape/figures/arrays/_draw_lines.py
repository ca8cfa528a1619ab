"""Lines against a quantity of one's own: what a recipe shows that no layer or scale orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...measures import rounded
from .._arrange import size_of
from .._look import MARKERS, PALETTE, REACH
from .._paint import Painter, paint
from .._spec import Axis, Entry, FigureSpec, FloatArray, Legend, Look, PanelSpec, Trace
from .._ticks import log_ticks, nice_ticks, padded
from ._given import by_name

DASHES = ((4, 2), (1, 1.2), (7, 2, 1.5, 2))  # on, off, in widths of the line
EXPECTED = PALETTE[-2]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a figure."""

    x: npt.ArrayLike
    """(m,) where its values stand."""
    values: npt.ArrayLike
    """(m,) the values."""
    stderr: npt.ArrayLike | None = None
    """(m,) standard errors, drawn as a band of the 95 % interval; as a bar where m is 1."""
    expected: bool = False
    """Whether this is what theory or a publication says: then it is dashed, without markers; several differ in their dashes."""


def draw_lines(
    lines: Mapping[str, Line],
    *,
    x: str,
    y: str,
    heading: str,
    log_x: bool = False,
    log_y: bool = False,
    painter: Painter = "matplotlib",
) -> Any:
    """Draw lines against a quantity.

    Parameters
    ----------
    lines : mapping of str to Line
        Name -> line; at most eight.
    x, y : str
        Names of the axes.
    heading : str
        Title.
    log_x, log_y : bool
        Whether an axis is logarithmic.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        One panel; bands are 95 % intervals, 1.96 standard errors to either side.

    Raises
    ------
    InputError
        If there is no line or more than eight, or the parts of a line differ in length.

    Examples
    --------
    >>> from repscape.figures import Line, draw_lines
    >>> lines = {"TwoNN": Line([1, 2], [1.0, 2.1], [0.1, 0.1]), "true": Line([1, 2], [1, 2], expected=True)}
    >>> draw_lines(lines, x="dimension", y="estimate", heading="Balls").axes[0].get_xlabel()
    'dimension'
    """
    lines = by_name(lines, "lines", "draw_lines", kind=Line)
    if not 1 <= len(lines) <= len(PALETTE):
        raise InputError(f"lines of draw_lines must be one to {len(PALETTE)}. Got {len(lines)}.")
    looks = _looks(lines)
    traces = tuple(_trace(name, line, looks[name], (x, y)) for name, line in lines.items())
    across = padded(np.concatenate([trace.x for trace in traces]), log=log_x)
    bands = [array for one in traces for array in ((one.high,) if log_y else (one.low, one.high)) if array is not None]
    up = padded(np.concatenate([one.y for one in traces] + bands), log=log_y)
    if log_y:  # a band that reaches to 0 or below ends at the edge
        traces = tuple(
            one if one.low is None else replace(one, low=np.where(one.low <= 0, up[0], one.low)) for one in traces
        )
    panel = PanelSpec(_axis(across, x, log=log_x), _axis(up, y, log=log_y), traces)
    legend = Legend(tuple(Entry(name, look) for name, look in looks.items())) if len(lines) > 1 else None
    return paint(FigureSpec("draw_lines", heading, (panel,), size_of(1, 3.4), legend=legend), painter)


def _looks(lines: Mapping[str, Line]) -> dict[str, Look]:
    """Return colours and markers for what was found, dashes for what was expected."""
    found, solid, dashed = {}, 0, 0
    for name, line in lines.items():
        if line.expected:
            found[name] = Look(EXPECTED, dash=DASHES[dashed % len(DASHES)], width=1.3)
            dashed += 1
        else:
            found[name] = Look(PALETTE[solid % (len(PALETTE) - 2)], MARKERS[solid % len(MARKERS)])
            solid += 1
    return found


def _trace(name: str, line: Line, look: Look, said: tuple[str, str]) -> Trace:
    at, values = np.asarray(line.x, dtype=np.float64), np.asarray(line.values, dtype=np.float64)
    error = None if line.stderr is None else np.asarray(line.stderr, dtype=np.float64)
    if at.ndim != 1 or at.shape != values.shape or (error is not None and error.shape != at.shape):
        raise InputError(
            f"x, values and stderr of the line {name!r} must be of one length. Got {at.shape}, {values.shape}."
        )
    banded = error is not None and not line.expected
    return Trace(
        at,
        values,
        look,
        name,
        low=values - REACH * error if banded and error is not None else None,
        high=values + REACH * error if banded and error is not None else None,
        words=_words(at, values, error, said),
        order=4 if line.expected else 3,
    )


def _words(at: FloatArray, values: FloatArray, error: FloatArray | None, said: tuple[str, str]) -> tuple[str, ...]:
    errors = [None] * len(at) if error is None else error.tolist()
    return tuple(
        f"{said[0]} {where:g}\n{said[1]} {rounded(value, one)}"
        for where, value, one in zip(at.tolist(), values.tolist(), errors, strict=True)
    )


def _axis(limits: tuple[float, float], title: str, *, log: bool) -> Axis:
    if not log:
        return Axis(limits, title, nice_ticks(limits, 8, quarters=True), grid=True)
    ticks, minor = log_ticks(limits)
    return Axis(limits, title, ticks, minor, log=True, grid=True)
