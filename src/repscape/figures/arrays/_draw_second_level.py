"""Layers and models on a plane, so that those whose dissimilarity matrices are alike lie near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform

from ... import _check
from ...measures.similarity import condensed
from ...measures.structure import embed
from .._arrange import size_of
from .._look import sign_of
from .._paint import Painter, paint
from .._spec import Axis, Entry, FigureSpec, FloatArray, Legend, Mark, Names, PanelSpec, Trace
from .._ticks import nice_ticks, padded, said_at
from ._planes import MARGIN

NAMED = 60  # points whose names are written


def draw_second_level(
    names: Sequence[str], distances: Any, *, models: Sequence[str] | None = None, painter: Painter = "matplotlib"
) -> Any:
    """Draw layers, models and measurements so that those whose dissimilarity matrices are alike lie near each other.

    Parameters
    ----------
    names, distances
        What :func:`repscape.second_level_rdm` returned.
    models : one str for each name, optional
        Whose layer each is: the layers of a model share a colour and are joined in the order given.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        Classical scaling on two axes of one scale; the title says how well the distances on the plane agree with those given.

    Raises
    ------
    InputError
        If there are fewer than three, or not as many models as names.

    Examples
    --------
    >>> from repscape.figures import draw_second_level
    >>> figure = draw_second_level(["a", "b", "c"], [0.1, 0.5, 0.5])
    >>> sorted(text.get_text() for text in figure.axes[0].texts)
    ['a', 'b', 'c']
    """
    where = "draw_second_level"
    given = condensed(distances, "distances", where)
    plane = embed(squareform(given), method="mds", metric="precomputed")
    _check.same_rows(len(plane), len(names), ("distances", "names"), where)
    owners = [""] * len(names) if models is None else [str(model) for model in models]
    _check.same_rows(len(names), len(owners), ("names", "models"), where)
    traces = _traces(plane, names, owners)
    marks: list[Mark] = [*traces]
    if len(names) <= NAMED:
        marks.append(Names(plane[:, 0], plane[:, 1], tuple(map(str, names))))
    kept = float(np.corrcoef(pdist(plane), given)[0, 1]) if np.ptp(given) else 1.0
    note = f"distances on the plane and those given: r = {kept:.3f}"
    entries = tuple(Entry(trace.name, replace(trace.look, width=0)) for trace in traces)
    spec = FigureSpec(
        where,
        "Layers and models by second-level RSA",
        (PanelSpec(*_axes(plane), tuple(marks), note=note, aspect=1.0),),
        size_of(1, 4.6),
        legend=Legend(entries) if len(entries) > 1 else None,
    )
    return paint(spec, painter)


def _traces(plane: FloatArray, names: Sequence[str], owners: Sequence[str]) -> list[Trace]:
    """Return the layers of each model, joined in order; names that are of no model stand by themselves."""
    joined = any(owners)
    found = []
    for place, owner in enumerate(dict.fromkeys(owners)):
        own = [at for at, entry in enumerate(owners) if entry == owner]
        look = replace(sign_of(place), width=1 if joined else 0)
        found.append(Trace(plane[own, 0], plane[own, 1], look, owner, words=tuple(str(names[at]) for at in own)))
    return found


def _axes(plane: FloatArray) -> tuple[Axis, Axis]:
    """Return two axes of one scale, with ticks that go on beyond the limits: one of them will show more."""
    limits = [padded(plane[:, side], share=MARGIN) for side in (0, 1)]
    span = max(high - low for low, high in limits)
    (first, _), (second, _), *_ = nice_ticks((0.0, span), 7)
    step = second - first
    ticks = [
        said_at([place * step for place in range(int((low - span) // step), int((high + span) // step) + 1)], step)
        for low, high in limits
    ]
    return Axis(limits[0], "first axis of scaling (1 - similarity)", ticks[0]), Axis(limits[1], "second axis", ticks[1])
