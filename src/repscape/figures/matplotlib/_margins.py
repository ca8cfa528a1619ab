"""A heat map of two models' layers, with a curve of each model along its margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ...errors import InputError
from ...results import MeasureInfo
from ._matrix import colour_limits, number_ticks
from ._style import PALETTE, in_house_style, literal, sequential, title

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


@in_house_style
def draw_margins(
    cells: npt.ArrayLike,
    *,
    rows: Margin,
    columns: Margin,
    label: str,
    curve_label: str,
    heading: str,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Figure:
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

    Returns
    -------
    matplotlib.figure.Figure
        The heat map first, then the curve above it and the one to its right, which share its layers; bands are one standard
        error.

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
    curves = rows.curve is not None or columns.curve is not None
    across, down = _sides(held.shape)
    figure = Figure(figsize=(across + 1.9 + CURVE * curves, down + 1.15 + CURVE * curves), layout="constrained")
    FigureCanvasAgg(figure)
    if curves:
        ratios = {"width_ratios": (across, CURVE), "height_ratios": (CURVE, down)}
        (above, unused), (ax, beside) = figure.subplots(2, 2, gridspec_kw=ratios)
        unused.remove()
    else:
        ax = figure.subplots()
    low, high = colour_limits(held.ravel().tolist(), MeasureInfo("cells", bounds=bounds))
    image = ax.imshow(
        held, origin="lower", cmap=sequential(), vmin=low, vmax=high, interpolation="nearest", aspect="auto"
    )
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    ax.set_xticks(*_ticks(columns))
    ax.set_yticks(*_ticks(rows))
    ax.set_xlabel(f"layer of {literal(columns.model, 40)}")
    ax.set_ylabel(f"layer of {literal(rows.model, 40)}")
    if curves:
        _along(above, columns, ax, curve_label, upright=False)
        _along(beside, rows, ax, curve_label, upright=True)
    figure.colorbar(
        image, ax=figure.axes, aspect=28, fraction=0.05, pad=0.03, label=literal(label, 44)
    ).outline.set_visible(False)
    title(figure, [ax], heading, details="", panels=[""])
    return figure


def _sides(shape: tuple[int, ...]) -> tuple[float, float]:
    """Return width and height of the heat map: as the numbers of layers are, unless one side would be hardly there."""
    down, across = (LONGEST * size / max(shape) for size in shape)
    return max(across, SHORTEST), max(down, SHORTEST)


def _ticks(side: Margin) -> tuple[list[int], list[str]]:
    return number_ticks(list(side.layers))


def _along(ax: Axes, side: Margin, main: Axes, label: str, *, upright: bool) -> None:
    """Draw a model's curve so that its layers stand where those of the heat map do."""
    if side.curve is None:
        ax.set_visible(False)
        return
    values = np.asarray(side.curve, dtype=np.float64)
    errors = np.zeros_like(values) if side.stderr is None else np.asarray(side.stderr, dtype=np.float64)
    if values.shape != (len(side.layers),) or errors.shape != values.shape:
        raise InputError(
            f"curve and stderr of {side.model!r} must have an entry for each of its {len(side.layers)} layers. "
            f"Got {values.shape} and {errors.shape}."
        )
    places = np.arange(len(values))
    low, high = values - np.nan_to_num(errors), values + np.nan_to_num(errors)
    if upright:
        ax.sharey(main)
        ax.plot(values, places, color=PALETTE[0])
        ax.fill_betweenx(places, low, high, color=PALETTE[0], alpha=0.2, linewidth=0)
        ax.tick_params(labelleft=False, left=False)
        ax.set_xlabel(literal(label, 30))
    else:
        ax.sharex(main)
        ax.plot(places, values, color=PALETTE[0])
        ax.fill_between(places, low, high, color=PALETTE[0], alpha=0.2, linewidth=0)
        ax.tick_params(labelbottom=False, bottom=False)
        ax.set_ylabel(literal(label, 30))
    main.set_xlim(-0.5, main.get_images()[0].get_array().shape[1] - 0.5)  # type: ignore[union-attr]
    main.set_ylim(-0.5, main.get_images()[0].get_array().shape[0] - 0.5)  # type: ignore[union-attr]
