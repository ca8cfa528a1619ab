"""Similarities of single pairs: within and between groups, as matrices with names, and of two models against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from scipy.spatial.distance import squareform

from ... import _check
from ...errors import InputError
from ...measures import Estimate, rounded
from ...measures.similarity import compare_rdms, condensed, rdm
from ._style import (
    INK,
    MUTED,
    PALETTE,
    axis_labels,
    columns_of,
    in_house_style,
    legend,
    literal,
    new_figure,
    sequential,
    title,
)

FloatArray = npt.NDArray[np.float64]
NAMED = 60  # names that fit along a matrix
POINTS = 20_000  # pairs beyond which a scatter is counted in cells
WIDTH = 0.32  # half of what a strip takes


@in_house_style
def draw_strip(found: Estimate | Mapping[str, Estimate]) -> Figure:
    """Draw the similarities of single pairs, within each group and between groups.

    Parameters
    ----------
    found : Estimate, or mapping of str to Estimate
        What :func:`repscape.select_category` returned of up to 300 points; by name, one panel for each model or layer.

    Returns
    -------
    matplotlib.figure.Figure
        A dot for each pair, a bar at each mean. Dots stand side by side only so that they are seen.

    Raises
    ------
    InputError
        If the estimate does not hold single pairs.

    Examples
    --------
    >>> import repscape as rs
    >>> from repscape.figures import draw_strip
    >>> X = [[2.0, 1.0], [2.0, 1.1], [1.0, 2.0], [1.1, 2.0]]
    >>> found = rs.select_category(X, ["animal", "animal", "tool", "tool"])
    >>> [tick.get_text() for tick in draw_strip(found).axes[0].get_xticklabels()]
    ['animal', 'tool', 'between']
    """
    panels = {"": found} if isinstance(found, Estimate) else dict(found)
    for name, one in panels.items():
        if not {"pairs_within", "pairs_group", "pairs_between"} <= set(one.details):
            raise InputError(
                f"found of draw_strip must hold single pairs, as category selectivity keeps them of up to 300 points. "
                f"{name or 'It'} is of {one.n} points and holds {', '.join(one.details) or 'none'}."
            )
    figure, axes = new_figure(len(panels), height=3.5)
    for ax, one in zip(axes, panels.values(), strict=True):
        _strips(ax, one)
    metric = next(iter(panels.values())).options.get("metric", "")
    axis_labels(figure, axes, x="", y=f"{metric} similarity of two points".strip())
    title(figure, axes, "Similarity within and between groups", details="", panels=[""] * len(panels))
    for ax, (name, one) in zip(axes, panels.items(), strict=True):
        ax.set_title("\n".join(filter(None, (literal(name, 36), _selectivity(one)))))
    return figure


def _strips(ax: Axes, found: Estimate) -> None:
    groups = [str(group) for group in np.asarray(found.details["groups"])]
    within, of = np.asarray(found.details["pairs_within"]), np.asarray(found.details["pairs_group"])
    strips = [within[of == place] for place in range(len(groups))] + [np.asarray(found.details["pairs_between"])]
    means = [*np.asarray(found.details["by_group"]), float(np.asarray(found.details["between"]))]
    for place, (values, mean) in enumerate(zip(strips, means, strict=True)):
        colour = MUTED if place == len(groups) else PALETTE[place % len(PALETTE)]
        small = 18.0 if values.size <= 60 else 8.0
        ax.scatter(place + _aside(values), values, s=small, color=colour, alpha=0.65, linewidths=0, zorder=3)
        ax.hlines(mean, place - WIDTH, place + WIDTH, color=INK, linewidth=2, zorder=4)
    names = [literal(name, 14) for name in [*groups, "between"]]
    turned = sum(map(len, names)) > 40
    ax.set_xticks(range(len(names)), labels=names, rotation=40 if turned else 0, ha="right" if turned else "center")
    ax.grid(visible=False, axis="x")
    ax.set_xlim(-0.6, len(names) - 0.4)


def _aside(values: FloatArray) -> FloatArray:
    """Return how far each dot stands from the middle: neighbours in value go to different sides, with no chance in it."""
    steps = (np.arange(values.size) * 0.618034) % 1.0  # the golden ratio never comes back to where it was
    aside = np.empty(values.size)
    aside[np.argsort(values, kind="stable")] = (2 * steps - 1) * WIDTH * 0.8
    return aside


def _selectivity(found: Estimate) -> str:
    p = "" if found.p_value is None else f", p = {found.p_value:.3g}"
    return f"within / between = {found.value:.3f}{p}"


@in_house_style
def draw_similarities(
    layers: Mapping[str, Any],
    names: Sequence[str],
    *,
    metric: Literal["cosine", "correlation"] = "cosine",
    groups: Sequence[str] | None = None,
) -> Figure:
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

    Returns
    -------
    matplotlib.figure.Figure
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
    _check.choice(metric, "metric", "draw_similarities", ("cosine", "correlation"))
    cells = {name: 1 - squareform(rdm(points, metric=metric)) for name, points in layers.items()}
    for name, matrix in cells.items():
        _check.same_rows(len(matrix), len(names), (f"layer {name!r}", "names"), "draw_similarities")
        np.fill_diagonal(matrix, np.nan)  # a point with itself says nothing and would take the top of the scale
    figure, axes = new_figure(len(cells), height=4.6, square=True)
    every = np.concatenate([matrix[~np.isnan(matrix)] for matrix in cells.values()])
    norm = Normalize(float(every.min()), float(every.max()))
    small = float(np.clip(300 / len(names) / len(axes), 4.5, 8.5))
    for place, (ax, matrix) in enumerate(zip(axes, cells.values(), strict=True)):
        image = ax.imshow(matrix, cmap=sequential(), norm=norm, interpolation="nearest")
        ax.grid(visible=False)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0, labelsize=small)
        shown = [literal(name, 16) for name in names] if len(names) <= NAMED else []
        ax.set_xticks(range(len(shown)), labels=shown, rotation=90)
        ax.set_yticks(range(len(shown)), labels=shown if place % columns_of(len(axes)) == 0 else [])
        for edge in _edges(groups):
            ax.axhline(edge, color="white", linewidth=1.5)
            ax.axvline(edge, color="white", linewidth=1.5)
    bar = figure.colorbar(image, ax=list(axes), aspect=28, fraction=0.05, pad=0.02, shrink=0.8)
    bar.outline.set_visible(False)
    bar.set_label(f"{metric} similarity")
    title(figure, axes, "Similarity of every two points", details="", panels=list(cells))
    return figure


def _edges(groups: Sequence[str] | None) -> list[float]:
    """Return where the group changes."""
    if groups is None:
        return []
    return [place - 0.5 for place in range(1, len(groups)) if groups[place] != groups[place - 1]]


@in_house_style
def draw_rsa(
    first: Any,
    second: Any,
    *,
    names: tuple[str, str] = ("first", "second"),
    found: Estimate | None = None,
    groups: Sequence[str] | None = None,
    metric: str = "dissimilarity",
) -> Figure:
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

    Returns
    -------
    matplotlib.figure.Figure
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
    figure, (ax,) = new_figure(1, height=4.2)
    if x.size > POINTS:
        cells = ax.hexbin(x, y, gridsize=60, cmap=sequential(), norm=LogNorm(), linewidths=0)
        figure.colorbar(cells, ax=ax, aspect=30).set_label("pairs (log scale)")
    else:
        within = _within(groups, x.size)
        handles = [
            ax.scatter(x[chosen], y[chosen], s=20, color=colour, marker=sign, alpha=0.7, linewidths=0, zorder=3)
            for chosen, colour, sign in ((~within, MUTED, "o"), (within, PALETTE[1], "^"))
            if chosen.any()
        ]
        if groups is not None:
            legend(figure, handles, ["between groups", "within a group"])
    axis_labels(figure, [ax], x=f"{metric} in {names[0]}", y=f"{metric} in {names[1]}")
    alike = rounded(found.value, found.stderr, digits=3)
    said = f"{found.options.get('compare', 'r')} r = {alike}, {x.size:,} pairs of {found.n:,} examples"
    title(figure, [ax], f"Dissimilarities in {names[0]} and {names[1]}", details="", panels=[""])
    ax.set_title(said)
    return figure


def _within(groups: Sequence[str] | None, pairs: int) -> npt.NDArray[np.bool_]:
    """Return which pairs are of one group."""
    if groups is None:
        return np.zeros(pairs, dtype=np.bool_)
    entries = np.asarray(groups)
    i, j = np.triu_indices(entries.size, 1)
    _check.same_rows(i.size, pairs, ("pairs of groups", "dissimilarities"), "draw_rsa")
    same: npt.NDArray[np.bool_] = entries[i] == entries[j]
    return same
