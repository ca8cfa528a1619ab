"""Points on a plane, one panel for each layer, coloured by label or by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._arrange import columns_of, size_of
from .._look import LABELS, MUTED, ORDERED, sign_of
from .._paint import Painter, paint
from .._spec import Bar, Dots, Entry, FigureSpec, FloatArray, Legend, Look, PanelSpec
from .._ticks import nice_ticks, padded
from ._given import by_name
from ._planes import bare_axes, counted, plane_of

IntArray = npt.NDArray[np.int64]
PANELS = 24
SMALLEST, LARGEST = 2.0, 5.1  # points across a dot


@dataclass(frozen=True, slots=True)
class Kind:
    """Points that look alike."""

    code: tuple[int, ...]
    """Codes of their labels."""
    label: str
    """What the legend calls them; "" where all points are of one kind."""
    look: Look
    """How they are drawn."""


def draw_embeddings(
    planes: Mapping[str, Any],
    *,
    labels: Any = None,
    values: Any = None,
    name: str = "",
    axes: str = "",
    painter: Painter = "matplotlib",
) -> Any:
    """Draw the points of each layer on a plane, coloured by label or by value.

    Parameters
    ----------
    planes : mapping of str to (n, 2) array
        Layer -> coordinates of the same n points, as :func:`repscape.embed` gives them; up to 24 layers.
    labels : (n,) array, optional
        Label of each point. The 15 most frequent have a colour and marker of their own, all others are grey.
    values : (n,) array of numbers, or mapping of str to such, optional
        In place of labels: a continuous value of each point, shown on a colour bar; by layer where it differs, such as the
        share of points that stand in a lower density.
    name : str
        What the labels or values are.
    axes : str
        What the coordinates are, such as "t-SNE".
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
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
    held = {layer: plane_of(points, layer, where) for layer, points in by_name(planes, "planes", where).items()}
    if not 1 <= len(held) <= PANELS:
        raise InputError(f"planes of {where} must be of 1 to {PANELS} layers. Got {len(held)}: choose some.")
    if labels is not None and values is not None:
        raise InputError(f"{where} takes labels or values. Got both.")
    n = len(next(iter(held.values())))
    for layer, points in held.items():
        _check.same_rows(n, len(points), ("the first layer", f"layer {layer!r}"), where)
    code, kinds, words = np.zeros(n, np.int64), [Kind((0,), "", sign_of(0))], [""] * n
    shades = None if values is None else _shades(values, list(held), n)
    if labels is not None:
        found, code = _check.codes(labels, "labels", where, n=n)
        texts = [str(one) for one in found]
        kinds, words = _kinds(code, texts), [texts[one] for one in code]
    panels = tuple(
        PanelSpec(*bare_axes(points, axes), tuple(_dots(points, (code, kinds), own, told)), layer)
        for layer, points in held.items()
        for own in (None if shades is None else shades[layer],)
        for told in (counted(words if own is None else [f"{name or 'value'} {v:.4g}" for v in own.tolist()]),)
    )
    spec = FigureSpec(
        where,
        f"{n:,} points by layer{f', coloured by {name}' if name else ''}",
        panels,
        size_of(len(panels), 3.6),
        columns=columns_of(len(panels)),
        legend=None if labels is None else Legend(tuple(Entry(one.label, one.look) for one in kinds), name),
        bar=None if shades is None else _bar(np.concatenate(list(shades.values())), name or "value"),
    )
    return paint(spec, painter)


def _shades(values: Any, layers: list[str], n: int) -> dict[str, FloatArray]:
    """Return the values of each layer's points."""
    if isinstance(values, Mapping):
        lacking = [layer for layer in layers if layer not in values]
        if lacking:
            raise InputError(f"values of draw_embeddings must be of every layer. {lacking[0]!r} has none.")
    else:
        values = dict.fromkeys(layers, values)
    return {
        layer: _check.column(values[layer], "values", "draw_embeddings", n=n).astype(np.float64) for layer in layers
    }


def _dots(
    points: FloatArray, labelled: tuple[IntArray, Sequence[Kind]], shades: FloatArray | None, words: Sequence[str]
) -> Iterator[Dots]:
    """Yield the points of each kind, or all of them in the colours of their values."""
    code, kinds = labelled
    size = float(np.clip(np.sqrt(12_000 / code.size), SMALLEST, LARGEST))
    for kind in kinds:
        own = np.flatnonzero(np.isin(code, kind.code))
        yield Dots(
            points[own, 0],
            points[own, 1],
            replace(kind.look, size=size),
            kind.label,
            values=None if shades is None else shades[own],
            opacity=0.75 if shades is None else 1.0,
            words=tuple(words[place] for place in own.tolist()),
        )


def _kinds(code: IntArray, labels: Sequence[str]) -> list[Kind]:
    """Return what the legend tells apart: where labels are many, all but the most frequent are one."""
    alone = list(range(len(labels)))
    if len(labels) > LABELS:
        largest = np.argsort(-np.bincount(code, minlength=len(labels)), kind="stable")[: LABELS - 1]
        alone = sorted(largest.tolist())
    rest = tuple(kind for kind in range(len(labels)) if kind not in set(alone))
    others = [Kind(rest, f"{len(rest)} others", Look(MUTED, "dot", width=0, size=6))] if rest else []
    return [*others, *(Kind((kind,), labels[kind], sign_of(place)) for place, kind in enumerate(alone))]


def _bar(shades: FloatArray, title: str) -> Bar:
    low, high = float(shades.min()), float(shades.max())
    limits = (low, high) if high > low else padded([low])
    return Bar(limits, ORDERED, title, ticks=nice_ticks(limits, 7, quarters=True))
