"""Similarities of single pairs within and between groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ...errors import InputError
from ...measures import Estimate
from .._arrange import columns_of, size_of
from .._look import INK, MUTED, PALETTE
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Dots, FigureSpec, FloatArray, Look, PanelSpec, Segments
from .._ticks import nice_ticks, padded
from ._given import by_name

WIDTH = 0.32  # half of what a strip takes
CROWDED = 60  # dots of one strip beyond which they are small


def draw_strip(found: Estimate | Mapping[str, Estimate], *, painter: Painter = "matplotlib") -> Any:
    """Draw the similarities of single pairs, within each group and between groups.

    Parameters
    ----------
    found : Estimate, or mapping of str to Estimate
        What :func:`repscape.select_category` returned of up to 300 points; by name, one panel for each model or layer.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
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
    given = by_name(found, "found", "draw_strip", kind=Estimate, alone=True)
    if not given:
        raise InputError("found of draw_strip must hold one model or layer at least. Got none.")
    for name, one in given.items():
        if not {"pairs_within", "pairs_group", "pairs_between"} <= set(one.details):
            raise InputError(
                f"found of draw_strip must hold single pairs, as category selectivity keeps them of up to 300 points. "
                f"{name or 'It'} is of {one.n} points and holds {', '.join(one.details) or 'none'}."
            )
    strips = {name: _strips(one) for name, one in given.items()}
    metric = next(iter(given.values())).options.get("metric", "")
    limits = padded(np.concatenate([values for held in strips.values() for _, values, _ in held]))
    up = Axis(
        limits, f"{metric} similarity of two points".strip(), nice_ticks(limits, 7, quarters=True), grid=True, group="y"
    )
    panels = tuple(
        PanelSpec(_names_axis([strip[0] for strip in held]), up, tuple(_marks(held)), name, _selectivity(given[name]))
        for name, held in strips.items()
    )
    spec = FigureSpec(
        "draw_strip",
        "Similarity within and between groups",
        panels,
        size_of(len(panels), 3.5),
        columns=columns_of(len(panels)),
    )
    return paint(spec, painter)


def _strips(found: Estimate) -> list[tuple[str, FloatArray, float]]:
    """Return name, similarities and mean of each group, and of pairs between groups."""
    groups = [str(group) for group in np.asarray(found.details["groups"])]
    within, of = np.asarray(found.details["pairs_within"]), np.asarray(found.details["pairs_group"])
    means = np.asarray(found.details["by_group"]).tolist()
    strips = [(name, within[of == place], mean) for place, (name, mean) in enumerate(zip(groups, means, strict=True))]
    between = np.asarray(found.details["pairs_between"]), float(np.asarray(found.details["between"]))
    return [*strips, ("between", *between)]


def _marks(strips: list[tuple[str, FloatArray, float]]) -> Iterable[Dots | Segments]:
    for place, (name, values, mean) in enumerate(strips):
        colour = MUTED if place == len(strips) - 1 else PALETTE[place % len(PALETTE)]
        look = Look(colour, "circle", width=0, size=4.24 if values.size <= CROWDED else 2.83)
        words = tuple(f"{name}: {value:.4g}" for value in values.tolist())
        yield Dots(place + _aside(values), values, look, name, opacity=0.65, words=words)
        ends = np.array([[[place - WIDTH, mean], [place + WIDTH, mean]]])
        yield Segments(ends, Look(INK, width=2), order=4)


def _names_axis(names: list[str]) -> Axis:
    short = [literal(name, 14) for name in names]
    turned = sum(map(len, short)) > 40
    ticks = tuple((float(place), name) for place, name in enumerate(short))
    return Axis((-0.6, len(short) - 0.4), "", ticks, angle=40 if turned else 0)


def _aside(values: FloatArray) -> FloatArray:
    """Return how far each dot stands from the middle: neighbours in value go to different sides, with no chance in it."""
    steps = (np.arange(values.size) * 0.618034) % 1.0  # the golden ratio never comes back to where it was
    aside = np.empty(values.size)
    aside[np.argsort(values, kind="stable")] = (2 * steps - 1) * WIDTH * 0.8
    return aside


def _selectivity(found: Estimate) -> str:
    p = "" if found.p_value is None else f", p = {found.p_value:.3g}"
    return f"within / between = {found.value:.3f}{p}"
