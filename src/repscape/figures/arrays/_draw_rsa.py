"""The dissimilarities of two models against each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...measures import Estimate, rounded
from ...measures.similarity import compare_rdms, condensed
from .._arrange import size_of
from .._look import MUTED, PALETTE, SEQUENTIAL
from .._paint import Painter, paint
from .._spec import Axis, Bar, Cells, Dots, Entry, FigureSpec, FloatArray, Legend, Look, Mark, PanelSpec
from .._ticks import log_ticks, nice_ticks, padded

POINTS = 20_000  # pairs beyond which they are counted in cells
CELLS = 60  # along each side


def draw_rsa(
    first: Any,
    second: Any,
    *,
    names: tuple[str, str] = ("first", "second"),
    found: Estimate | None = None,
    groups: Sequence[str] | None = None,
    metric: str = "dissimilarity",
    painter: Painter = "matplotlib",
) -> Any:
    """Draw the dissimilarities of two models against each other, one dot for each pair of examples.

    Parameters
    ----------
    first, second : (n, n) or (n (n - 1) / 2,) arrays
        Dissimilarities of the same examples, as :func:`repscape.rdm` gives them.
    names : two str
        The models.
    found : Estimate, optional
        What :func:`repscape.sim_rsa` or :func:`repscape.compare_rdms` returned; by default Pearson's r is worked out.
    groups : n str, optional
        Group of each example: pairs within a group are drawn apart from the others.
    metric : str
        What the dissimilarities are, for the axes.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        A scatter; beyond 20,000 pairs their number in each cell.

    Raises
    ------
    InputError
        If the two are of different examples.

    Examples
    --------
    >>> from repscape.figures import draw_rsa
    >>> draw_rsa([1, 2, 3], [2, 4, 7], names=("model", "brain")).axes[0].get_title(loc="left")
    'pearson r = 0.993, 3 pairs of 3 examples'
    """
    x, y = condensed(first, "first", "draw_rsa"), condensed(second, "second", "draw_rsa")
    found = compare_rdms(x, y, error=None) if found is None else found
    within = _within(groups, x.size)
    counted = x.size > POINTS
    marks: list[Mark] = [_counts(x, y)] if counted else list(_dots(x, y, within))
    axes = [
        Axis(limits, f"{metric} in {name}", nice_ticks(limits, 7, quarters=True), grid=True)
        for name, limits in zip(names, (padded(x), padded(y)), strict=True)
    ]
    alike = rounded(found.value, found.stderr, digits=3)
    note = f"{found.options.get('compare', 'r')} r = {alike}, {x.size:,} pairs of {found.n:,} examples"
    legend = Legend(tuple(Entry(dots.name, dots.look) for dots in marks if isinstance(dots, Dots)))
    spec = FigureSpec(
        "draw_rsa",
        f"Dissimilarities in {names[0]} and {names[1]}",
        (PanelSpec(axes[0], axes[1], tuple(marks), note=note),),
        size_of(1, 4.2),
        legend=None if groups is None or counted else legend,
        bar=_bar(marks) if counted else None,
    )
    return paint(spec, painter)


def _within(groups: Sequence[str] | None, pairs: int) -> npt.NDArray[np.bool_]:
    """Return which pairs are of one group."""
    if groups is None:
        return np.zeros(pairs, dtype=np.bool_)
    entries = np.asarray(groups)
    i, j = np.triu_indices(entries.size, 1)
    _check.same_rows(i.size, pairs, ("pairs of groups", "dissimilarities"), "draw_rsa")
    same: npt.NDArray[np.bool_] = entries[i] == entries[j]
    return same


def _dots(x: FloatArray, y: FloatArray, within: npt.NDArray[np.bool_]) -> list[Dots]:
    """Return a dot for each pair, those within a group on top."""
    size = round((1 + (1 + 8 * x.size) ** 0.5) / 2)
    i, j = np.triu_indices(size, 1)
    told = [
        f"examples {a} and {b}\n{one:.4g}, {two:.4g}"
        for a, b, one, two in zip(i.tolist(), j.tolist(), x.tolist(), y.tolist(), strict=True)
    ]
    looks = (
        (~within, "between groups", Look(MUTED, "circle", width=0)),
        (within, "within a group", Look(PALETTE[1], "triangle-up", width=0)),
    )
    return [
        Dots(x[own], y[own], look, name, opacity=0.7, words=tuple(told[place] for place in np.flatnonzero(own)))
        for own, name, look in looks
        if own.any()
    ]


def _counts(x: FloatArray, y: FloatArray) -> Cells:
    """Return how many pairs fall into each cell; an empty one stays empty."""
    counts, x_edges, y_edges = np.histogram2d(x, y, bins=CELLS)
    values = np.where(counts.T > 0, counts.T, np.nan)
    words = tuple(tuple(f"{count:,.0f} pairs" if count else "" for count in row) for row in counts.T.tolist())
    return Cells(values, words=words, x_edges=x_edges, y_edges=y_edges)


def _bar(marks: Sequence[Mark]) -> Bar:
    (cells,) = (mark for mark in marks if isinstance(mark, Cells))
    limits = (1.0, max(float(np.nanmax(cells.values)), 2.0))
    return Bar(limits, SEQUENTIAL, "pairs (log scale)", ticks=log_ticks(limits)[0], log=True)
