"""Where the points of each peak go from layer to layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...measures.structure import Peaks, peak_names
from .._look import EMPTY, PALETTE
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Entry, FigureSpec, FloatArray, Legend, Look, Names, PanelSpec, Trace
from ._given import by_name

IntArray = npt.NDArray[np.int64]
SHOWN = 12  # peaks of a layer that stand alone; the smaller ones are drawn as one
GAP = 0.25  # of a column's height, between all its peaks together
HALF = 0.06  # of the way between layers: half the width of a column
NAMED = 0.04  # share of the points from which on a peak has a name in the figure
THIN = 0.002  # share of the points below which a stream is not drawn
ACROSS = 24  # points along a stream
WIDE, TALL = 1.5, 5.0  # inches for a layer, and of the figure


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The peaks of one layer, stacked."""

    code: IntArray
    """(n,) the stack that each point is in."""
    low: FloatArray
    """(m,) where each begins, in shares of the points."""
    share: FloatArray
    """(m,) how high each is."""
    names: tuple[str, ...]
    """What each is called."""
    kinds: tuple[str, ...]
    """The label that gives each its colour; its name where none does."""
    colours: tuple[str, ...]
    """The colour of each."""


def draw_peak_flow(
    peaks: Mapping[str, Peaks], *, labels: Any = None, words: Any = None, painter: Painter = "matplotlib"
) -> Any:
    """Draw the peaks of each layer as stacks, and the points that they share with the next layer's as streams.

    Parameters
    ----------
    peaks : mapping of str to Peaks
        What :func:`repscape.cluster_peaks` returned of the same n points in two layers or more, in order.
    labels : (n,) array, optional
        Labels of the points: a peak is named by its commonest and has its colour; the eight most frequent have one.
    words : (n,) array, optional
        In place of labels: a peak is named by its words where the density is highest.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        A stack is as high as its share of the points. Each layer's twelve largest peaks stand alone, the rest are one in grey;
        peaks are ordered so that few streams cross.

    Raises
    ------
    InputError
        If there are fewer than two layers, they are of different numbers of points, or labels are not one for each point.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw_peak_flow
    >>> kind, noise = np.repeat([0, 1], 150), np.random.default_rng(0).normal(size=(300, 2))
    >>> layers = {"h.0": noise, "h.1": noise + 9 * kind[:, None]}
    >>> found = {name: rs.cluster_peaks(rs.knn_graph(X, 60)) for name, X in layers.items()}
    >>> [tick.get_text() for tick in draw_peak_flow(found, labels=kind).axes[0].get_xticklabels()]
    ['h.0', 'h.1']
    """
    where = "draw_peak_flow"
    peaks = by_name(peaks, "peaks", where, kind=Peaks)
    if len(peaks) < 2:
        raise InputError(f"peaks of {where} must be of two layers at least. Got {len(peaks)}.")
    n = next(iter(peaks.values())).labels.size
    for layer, one in peaks.items():
        _check.same_rows(n, one.labels.size, ("the first layer", f"layer {layer!r}"), where)
    kinds = None if labels is None else np.asarray(_check.column(labels, "labels", where, n=n))
    tones = _tones(kinds)
    named = [(one, peak_names(one, labels=kinds, words=words)) for one in peaks.values()]
    columns = _columns(named, (kinds, tones))
    streams = [mark for at in range(len(columns) - 1) for mark in _streams(columns[at], columns[at + 1], at)]
    stacks = [mark for at, column in enumerate(columns) for mark in _stacks(column, at)]
    top = 1 + GAP
    layers = tuple((float(at), literal(name, 14)) for at, name in enumerate(peaks))
    panel = PanelSpec(
        Axis((-0.3, len(columns) - 0.3), "", layers, angle=30 if len(columns) > 6 else 0),
        Axis((-0.02, top + 0.02), "", font=0.0),
        (*streams, *stacks, *_names(columns)),
        framed=False,
    )
    shown = {kind for column in columns for kind in column.kinds}
    entries = tuple(Entry(kind, Look(tone, "square", width=0, size=6)) for kind, tone in tones.items() if kind in shown)
    spec = FigureSpec(
        where,
        f"Peaks of {n:,} points from layer to layer",
        (panel,),
        (max(5.0, WIDE * len(columns) + 1), TALL),
        legend=Legend(entries, "commonest label") if entries else None,
    )
    return paint(spec, painter)


def _tones(kinds: npt.NDArray[Any] | None) -> dict[str, str]:
    """Return the colours of the most frequent labels."""
    if kinds is None:
        return {}
    found, number = np.unique(kinds.astype(str), return_counts=True)
    most = sorted(np.argsort(-number, kind="stable")[: len(PALETTE)].tolist())
    return {str(found[place]): PALETTE[at] for at, place in enumerate(most)}


def _columns(
    named: list[tuple[Peaks, tuple[str, ...]]], labelled: tuple[npt.NDArray[Any] | None, dict[str, str]]
) -> list[Column]:
    """Stack every layer's peaks, each layer beside the one before; the first beside the second, as found without it."""
    first = second = None
    for _ in range(2):
        first = _column(*named[0], labelled, beside=second)
        second = _column(*named[1], labelled, beside=first)
    columns = [column for column in (first, second) if column is not None]
    for one, names in named[2:]:
        columns.append(_column(one, names, labelled, beside=columns[-1]))
    return columns


def _column(
    peaks: Peaks,
    names: tuple[str, ...],
    labelled: tuple[npt.NDArray[Any] | None, dict[str, str]],
    *,
    beside: Column | None,
) -> Column:
    """Stack one layer's peaks, each where its points stand in the layer beside."""
    kinds, tones = labelled
    m = peaks.heights.size
    inside = peaks.labels >= 0
    number = np.bincount(peaks.labels[inside], minlength=m)
    alone = np.argsort(-number, kind="stable")[: SHOWN if m > SHOWN else m]
    slot = np.full(m + 1, alone.size)  # the last: smaller peaks and, where it was asked for, the halo
    slot[alone] = np.arange(alone.size)
    code = slot[peaks.labels]
    share = np.bincount(code, minlength=alone.size + 1) / code.size
    called = [names[peak] for peak in alone.tolist()]
    marked = [_kind(kinds, tones, peaks.labels == peak) for peak in alone.tolist()]
    colours = [tones.get(kind, EMPTY if tones else PALETTE[at % len(PALETTE)]) for at, kind in enumerate(marked)]
    rest = m - alone.size
    called.append(f"{rest} smaller" if rest else "halo")
    marked.append("")
    colours.append(EMPTY)
    used = np.flatnonzero(share > 0)
    if beside is None:
        order = used
    else:
        middle = (beside.low + beside.share / 2)[beside.code]
        order = used[np.argsort([middle[code == place].mean() for place in used.tolist()], kind="stable")]
    place = np.empty(share.size, dtype=np.int64)
    place[order] = np.arange(order.size)
    tall = share[order]
    gap = GAP / max(1, order.size - 1)
    low = np.cumsum(tall) - tall + gap * np.arange(order.size) + (GAP - gap * (order.size - 1)) / 2
    placed = order.tolist()
    return Column(
        place[code],
        low,
        tall,
        tuple(called[i] for i in placed),
        tuple(marked[i] or called[i] for i in placed),
        tuple(colours[i] for i in placed),
    )


def _kind(kinds: npt.NDArray[Any] | None, tones: dict[str, str], own: npt.NDArray[np.bool_]) -> str:
    """Return the commonest label of a peak's points where it has a colour, else ""."""
    if kinds is None:
        return ""
    held = Counter(map(str, kinds[own].tolist())).most_common(1)  # as peak_names counts
    commonest = held[0][0] if held else ""
    return commonest if commonest in tones else ""


def _stacks(column: Column, at: int) -> Iterator[Trace]:
    rows = zip(column.low, column.share, column.names, column.kinds, column.colours, strict=True)
    for low, share, name, kind, colour in rows:
        ends = np.full(2, low), np.full(2, low + share)
        yield _band(np.array([at - HALF, at + HALF]), ends, (kind, colour), words=f"{name}\n{share:.1%}")


def _band(
    x: FloatArray, ends: tuple[FloatArray, FloatArray], marked: tuple[str, str], *, words: str, opacity: float = 1.0
) -> Trace:
    low, high = ends
    return Trace(
        x,
        (low + high) / 2,
        Look(marked[1], width=0),
        marked[0],
        low=low,
        high=high,
        band=opacity,
        words=(words,) * x.size,
        order=3 if opacity == 1 else 2,
    )


def _streams(one: Column, other: Column, at: int) -> Iterator[Trace]:
    """Yield a stream for every two peaks that share points, in the colour of the first."""
    shared = np.zeros((one.share.size, other.share.size))
    np.add.at(shared, (one.code, other.code), 1 / one.code.size)
    start = one.low[:, None] + np.cumsum(shared, axis=1) - shared
    end = other.low[None, :] + np.cumsum(shared, axis=0) - shared
    x = np.linspace(at + HALF, at + 1 - HALF, ACROSS)
    turn = (1 - np.cos(np.linspace(0, np.pi, ACROSS))) / 2
    for i, j in np.argwhere(shared >= THIN).tolist():
        low = start[i, j] + (end[i, j] - start[i, j]) * turn
        way = f"{one.names[i]} to {other.names[j]}"
        words = f"{way}\n{shared[i, j]:.1%} of the points"
        yield _band(x, (low, low + shared[i, j]), (way, one.colours[i]), words=words, opacity=0.45)


def _names(columns: list[Column]) -> Iterator[Names]:
    """Yield the names of peaks that are large enough to be named."""
    held = [
        (float(at) + HALF, float(low + share / 2), literal(name, 26))
        for at, column in enumerate(columns)
        for low, share, name in zip(column.low, column.share, column.names, strict=True)
        if share >= NAMED
    ]
    if held:
        x, y, texts = zip(*held, strict=True)
        yield Names(np.array(x), np.array(y), texts)
