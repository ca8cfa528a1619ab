"""Points on a plane, one panel for each layer, coloured by label or by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ... import _check
from ...errors import InputError
from ._style import (
    FEW_LINES,
    MARKERS,
    MUTED,
    PALETTE,
    axis_labels,
    in_house_style,
    legend,
    literal,
    new_figure,
    ordered,
    title,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Look = tuple[str, str]
LABELS = 2 * FEW_LINES  # labels that colour and marker together tell apart
PANELS = 24


@in_house_style
def draw_embeddings(
    planes: Mapping[str, Any], *, labels: Any = None, values: Any = None, name: str = "", axes: str = ""
) -> Figure:
    """Draw the points of each layer on a plane, coloured by label or by value.

    Parameters
    ----------
    planes : mapping of str to (n, 2) array
        Layer -> coordinates of the same n points, as :func:`repscape.embed` gives them; up to 24 layers.
    labels : (n,) array, optional
        Label of each point. The 15 most frequent have a colour and marker of their own, all others are grey.
    values : (n,) array of numbers, optional
        In place of labels: a continuous value of each point, shown on a colour bar.
    name : str
        What the labels or values are.
    axes : str
        What the coordinates are, such as "t-SNE".

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each layer, each with scales of its own.

    Raises
    ------
    InputError
        If there are both labels and values, more than 24 layers, or coordinates that are not (n, 2).

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.figures import draw_embeddings
    >>> X = np.random.default_rng(0).normal(size=(30, 2))
    >>> figure = draw_embeddings({"h.0": X, "h.1": X**3}, labels=np.arange(30) % 3, name="kind", axes="PCA")
    >>> [ax.get_title(loc="left") for ax in figure.axes], len(figure.legends[0].get_texts())
    (['h.0', 'h.1'], 3)
    """
    where = "draw_embeddings"
    held = {layer: plane_of(points, layer, where) for layer, points in planes.items()}
    if not 1 <= len(held) <= PANELS:
        raise InputError(f"planes of {where} must be of 1 to {PANELS} layers. Got {len(held)}: choose some.")
    if labels is not None and values is not None:
        raise InputError(f"{where} takes labels or values. Got both.")
    n = len(next(iter(held.values())))
    for layer, points in held.items():
        _check.same_rows(n, len(points), ("the first layer", f"layer {layer!r}"), where)
    figure, drawn = new_figure(len(held), height=3.6, square=True)
    panels = list(zip(drawn, held.values(), strict=True))
    if values is not None:
        shades = _check.column(values, "values", where, n=n).astype(np.float64)
        bar = figure.colorbar(_by_value(panels, shades), ax=list(drawn), aspect=30)
        bar.set_label(literal(name or "value"))
        bar.outline.set_visible(False)
    elif labels is not None:
        kinds, code = _check.codes(labels, "labels", where, n=n)
        looks, words = _looks(code, [str(kind) for kind in kinds])
        _by_label(panels, code, looks)
        legend(figure, [dot(*look) for look in looks.values()], words, heading=literal(name))
    else:
        _by_label(panels, np.zeros(n, np.int64), {(0,): look_of(0)})
    for ax in drawn:
        bare(ax)
    axis_labels(figure, drawn, x=f"{axes} 1".strip(), y=f"{axes} 2".strip())
    by = f", coloured by {literal(name)}" if name else ""
    title(figure, drawn, f"{n:,} points by layer{by}", details="", panels=list(held))
    return figure


def _by_value(panels: Sequence[tuple[Axes, FloatArray]], shades: FloatArray) -> PathCollection:
    """Draw points in the colours of their values, one scale for all panels."""
    norm = Normalize(float(shades.min()), float(shades.max()))
    for ax, points in panels:
        drawn = ax.scatter(points[:, 0], points[:, 1], c=shades, cmap=ordered(), norm=norm, **_dots(shades.size))
    return drawn


def _by_label(panels: Sequence[tuple[Axes, FloatArray]], code: IntArray, looks: Mapping[tuple[int, ...], Look]) -> None:
    """Draw the points of each label in its look."""
    for ax, points in panels:
        for kinds, (colour, sign) in looks.items():
            own = points[np.isin(code, kinds)]
            ax.scatter(own[:, 0], own[:, 1], c=colour, marker=sign, alpha=0.75, **_dots(code.size))


def _dots(n: int) -> dict[str, Any]:
    """Return how large dots are; of very many a vector image would hold each, so they become pixels."""
    return {"s": float(np.clip(12_000 / n, 4.0, 26.0)), "linewidths": 0, "rasterized": n > 2000}


def _looks(code: IntArray, kinds: Sequence[str]) -> tuple[dict[tuple[int, ...], Look], list[str]]:
    """Return colour and marker of each kind, and what the legend says: where they are many, all but the largest are one."""
    alone = list(range(len(kinds)))
    if len(kinds) > LABELS:
        largest = np.argsort(-np.bincount(code, minlength=len(kinds)), kind="stable")[: LABELS - 1]
        alone = sorted(largest.tolist())
    rest = tuple(kind for kind in range(len(kinds)) if kind not in set(alone))
    looks: dict[tuple[int, ...], Look] = {rest: (MUTED, ".")} if rest else {}
    looks |= {(kind,): look_of(place) for place, kind in enumerate(alone)}
    words = [f"{len(rest)} others"] if rest else []
    return looks, [*words, *(kinds[kind] for kind in alone)]


def look_of(place: int) -> Look:
    """Return a colour and a marker; the second round takes the colours again with other markers."""
    again = place // FEW_LINES
    return PALETTE[place % FEW_LINES], MARKERS[(place + 3 * again) % FEW_LINES]


def plane_of(points: Any, name: str, function: str) -> FloatArray:
    """Return (n, 2) coordinates, or refuse what is none."""
    found = _check.points(points, f"plane {name!r}", function, least=1).astype(np.float64)
    if found.shape[1] != 2:
        raise InputError(f"plane {name!r} of {function} must have shape (n, 2), as embed gives it. Got {found.shape}.")
    return found


def bare(ax: Axes, *, scale: bool = False) -> None:
    """Leave out the scales of a plane whose units mean nothing."""
    ax.grid(visible=False)
    ax.margins(0.12)
    if not scale:
        ax.tick_params(length=0, labelbottom=False, labelleft=False)


def dot(colour: str, sign: str) -> Line2D:
    """Return a marker for a legend."""
    return Line2D([], [], color=colour, marker=sign, linestyle="", markersize=6)
