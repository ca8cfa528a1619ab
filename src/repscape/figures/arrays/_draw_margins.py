"""A heat map of two models' layers, with a curve of each model along its margin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError
from ...measures import rounded
from .._limits import colour_limits
from .._look import EMPTY, PALETTE, REACH, SEQUENTIAL
from .._paint import Painter, paint
from .._spec import Axis, Bar, Cells, FigureSpec, FloatArray, Look, PanelSpec, Trace
from .._ticks import nice_ticks, number_ticks, padded

SHORTEST, LONGEST = 1.9, 4.2  # inches of the heat map's sides
CURVE = 0.95  # inches of a margin


@dataclass(frozen=True, slots=True)
class Margin:
    """One side of the heat map: a model, its layers, and what is drawn along them."""

    model: str
    """Name of the model."""
    layers: Sequence[int]
    """(m,) numbers of its layers, shallow to deep."""
    curve: npt.ArrayLike | None = None
    """(m,) a value of each layer, where there is one."""
    stderr: npt.ArrayLike | None = None
    """(m,) its standard errors."""


def draw_margins(
    cells: npt.ArrayLike,
    *,
    rows: Margin,
    columns: Margin,
    label: str,
    curve_label: str,
    heading: str,
    bounds: tuple[float, float] = (0.0, 1.0),
    painter: Painter = "matplotlib",
) -> Any:
    """Draw a comparison of all layers of two models, and a quantity of each model along its side.

    Parameters
    ----------
    cells : (r, c) array
        Value for each layer of the model along the rows and each of the one along the columns; NaN where there is none.
    rows, columns : Margin
        The two models; without curves the heat map stands alone.
    label, curve_label : str
        What the cells and the curves are.
    heading : str
        Title.
    bounds : (float, float)
        Smallest and largest value there can be.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        The heat map first, then the curve above it and the one to its right, which share its layers; bands are 95 %
        intervals.

    Raises
    ------
    InputError
        If the cells, a curve or its errors do not fit the layers.

    Examples
    --------
    >>> from repscape.figures import Margin, draw_margins
    >>> small, large = Margin("small", [0, 1], [9.0, 5.0]), Margin("large", [0, 1, 2], [12.0, 7.0, 5.0])
    >>> words = {"label": "overlap", "curve_label": "dimension", "heading": "Two models"}
    >>> len(draw_margins([[0.9, 0.4, 0.1], [0.1, 0.3, 0.5]], rows=small, columns=large, **words).axes)
    4
    """
    held = np.asarray(cells, dtype=np.float64)
    if held.shape != (len(rows.layers), len(columns.layers)) or not held.size:
        raise InputError(
            "cells of draw_margins must have a row for each layer of the one model and a column for each of the other, "
            f"({len(rows.layers)}, {len(columns.layers)}). Got {held.shape}."
        )
    limits = colour_limits(held.ravel().tolist(), bounds)
    across, down = _sides(held.shape)
    heat = _heat_map(held, rows, columns)
    curves = rows.curve is not None or columns.curve is not None
    panels = (_along(columns, curve_label, upright=False), heat, _along(rows, curve_label, upright=True))
    spec = FigureSpec(
        "draw_margins",
        heading,
        panels if curves else (heat,),
        (across + 1.9 + CURVE * curves, down + 1.15 + CURVE * curves),
        columns=2 if curves else 1,
        widths=(across, CURVE) if curves else (),
        heights=(CURVE, down) if curves else (),
        bar=Bar(limits, SEQUENTIAL, label, ticks=nice_ticks(limits, 7, quarters=True)),
    )
    return paint(spec, painter)


def _sides(shape: tuple[int, ...]) -> tuple[float, float]:
    """Return width and height of the heat map: as the numbers of layers are, unless one side would be hardly there."""
    down, across = (LONGEST * size / max(shape) for size in shape)
    return max(across, SHORTEST), max(down, SHORTEST)


def _layer_axis(side: Margin, *, group: str) -> Axis:
    return Axis((-0.5, len(side.layers) - 0.5), f"layer of {side.model}", number_ticks(list(side.layers)), group=group)


def _heat_map(held: FloatArray, rows: Margin, columns: Margin) -> PanelSpec:
    names = [tuple(f"layer {layer} of {side.model}" for layer in side.layers) for side in (rows, columns)]
    words = tuple(
        tuple(
            "" if math.isnan(value) else f"{row}\n{column}\n{rounded(value)}"
            for column, value in zip(names[1], values, strict=True)
        )
        for row, values in zip(names[0], held.tolist(), strict=True)
    )
    return PanelSpec(
        _layer_axis(columns, group="columns"),
        _layer_axis(rows, group="rows"),
        (Cells(held, rows=names[0], columns=names[1], words=words, gap=EMPTY),),
        framed=False,
        at=(1, 0) if rows.curve is not None or columns.curve is not None else None,
    )


def _along(side: Margin, label: str, *, upright: bool) -> PanelSpec:
    """Return a model's curve, so that its layers stand where those of the heat map do; without one, an empty place."""
    at = (1, 1) if upright else (0, 0)
    layers = _layer_axis(side, group="rows" if upright else "columns")
    layers = Axis(layers.limits, "", layers.ticks, grid=True, group=layers.group)
    if side.curve is None:
        return PanelSpec(layers, layers, (), at=at)
    values = np.asarray(side.curve, dtype=np.float64)
    errors = np.zeros_like(values) if side.stderr is None else np.asarray(side.stderr, dtype=np.float64)
    if values.shape != (len(side.layers),) or errors.shape != values.shape:
        raise InputError(
            f"curve and stderr of {side.model!r} must have an entry for each of its {len(side.layers)} layers. "
            f"Got {values.shape} and {errors.shape}."
        )
    known = np.nan_to_num(errors)
    said = [None] * len(values) if side.stderr is None else errors.tolist()
    words = tuple(
        f"layer {layer} of {side.model}\n{label} {rounded(value, error)}"
        for layer, value, error in zip(side.layers, values.tolist(), said, strict=True)
    )
    curve = Trace(
        np.arange(len(values), dtype=np.float64),
        values,
        Look(PALETTE[0]),
        low=None if side.stderr is None else values - REACH * known,
        high=None if side.stderr is None else values + REACH * known,
        words=words,
        upright=upright,
    )
    limits = padded(np.concatenate([values - REACH * known, values + REACH * known]))
    scale = Axis(limits, label, nice_ticks(limits, 4, quarters=True), grid=True)
    return PanelSpec(scale if upright else layers, layers if upright else scale, (curve,), at=at)
