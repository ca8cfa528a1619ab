"""The similarity of every two points, as matrices with names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.spatial.distance import squareform

from ... import _check
from ...errors import InputError
from ...measures.similarity import rdm
from .._arrange import columns_of, size_of
from .._limits import colour_limits
from .._look import EMPTY, SEQUENTIAL
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Bar, Cells, FigureSpec, FloatArray, Look, PanelSpec, Rule
from .._ticks import nice_ticks
from ._given import by_name

NAMED = 60  # names that fit along a matrix


def draw_similarities(
    layers: Mapping[str, Any],
    names: Sequence[str],
    *,
    metric: Literal["cosine", "correlation"] = "cosine",
    groups: Sequence[str] | None = None,
    painter: Painter = "matplotlib",
) -> Any:
    """Draw the similarity of every two points, one matrix for each model or layer, side by side.

    Parameters
    ----------
    layers : mapping of str to (n, d) array
        Representations of the same n points.
    names : n str
        Name of each point; up to 60 stand along the matrix.
    metric : {"cosine", "correlation"}
        Similarity.
    groups : n str, optional
        Group of each point: lines are drawn where it changes, so let points of a group stand together.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        Matrices on one scale of colours, the first point at the top left.

    Raises
    ------
    InputError
        If the representations are of different numbers of points.

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.figures import draw_similarities
    >>> figure = draw_similarities({"wiki": np.eye(3), "tweets": np.eye(3)[:, :3]}, ["sun", "moon", "chair"])
    >>> [len(ax.images) for ax in figure.axes[:2]]
    [1, 1]
    """
    where = "draw_similarities"
    _check.choice(metric, "metric", where, ("cosine", "correlation"))
    held = {
        name: 1 - squareform(rdm(points, metric=metric)) for name, points in by_name(layers, "layers", where).items()
    }
    if not held:
        raise InputError(f"layers of {where} must be one at least. Got none.")
    for name, matrix in held.items():
        _check.same_rows(len(matrix), len(names), (f"layer {name!r}", "names"), where)
        np.fill_diagonal(matrix, np.nan)  # a point with itself says nothing and would take the top of the scale
    limits = colour_limits(np.concatenate([matrix.ravel() for matrix in held.values()]).tolist(), (-math.inf, math.inf))
    columns = columns_of(len(held))
    font = float(np.clip(300 / len(names) / len(held), 4.5, 8.5))
    axes = [_axes(names, font, named=place % columns == 0) for place in range(len(held))]
    edges = tuple(_edges(groups))
    panels = tuple(
        PanelSpec(across, up, (_cells(matrix, names), *edges), name, aspect=1.0, framed=False)
        for (across, up), (name, matrix) in zip(axes, held.items(), strict=True)
    )
    spec = FigureSpec(
        where,
        "Similarity of every two points",
        panels,
        size_of(len(panels), 4.6 if len(panels) == 1 else 4.2),
        columns=columns,
        bar=Bar(limits, SEQUENTIAL, f"{metric} similarity", ticks=nice_ticks(limits, 7, quarters=True)),
    )
    return paint(spec, painter)


def _axes(names: Sequence[str], font: float, *, named: bool) -> tuple[Axis, Axis]:
    """Return axes with names where there is room: below each matrix, and left of the first in a row."""
    ticks = tuple((float(place), literal(name, 16)) for place, name in enumerate(names)) if len(names) <= NAMED else ()
    ends = (-0.5, len(names) - 0.5)
    return (
        Axis(ends, ticks=ticks, angle=90, font=font),
        Axis((ends[1], ends[0]), ticks=ticks if named else (), font=font),
    )


def _cells(matrix: FloatArray, names: Sequence[str]) -> Cells:
    words = tuple(
        tuple(
            "" if math.isnan(value) else f"{one} and {two}\n{value:.4g}" for two, value in zip(names, row, strict=True)
        )
        for one, row in zip(names, matrix.tolist(), strict=True)
    )
    return Cells(matrix, rows=tuple(names), columns=tuple(names), words=words, gap=EMPTY)


def _edges(groups: Sequence[str] | None) -> list[Rule]:
    """Return lines where the group changes."""
    if groups is None:
        return []
    changes = [place - 0.5 for place in range(1, len(groups)) if groups[place] != groups[place - 1]]
    return [
        Rule(at, Look("#ffffff", width=1.5), upright=upright, order=2) for at in changes for upright in (False, True)
    ]
