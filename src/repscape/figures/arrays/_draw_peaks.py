"""The topography of density peaks: how high each stands, over which passes they meet, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...measures.structure import Peaks, peak_names
from .._arrange import columns_of, size_of
from .._look import INK, MUTED, PALETTE
from .._names import literal
from .._paint import Painter, paint
from .._spec import Axis, Dots, FigureSpec, FloatArray, Look, PanelSpec, Segments
from .._ticks import nice_ticks, padded
from ._given import by_name

NAMED = 14  # peaks that there is room to name
DEEPER = 0.08  # of the height: how far below all else a branch hangs where no pass is known
HANGING = Look(MUTED, width=1.0, dash=(3, 2))
UNJOINED = "dashed: no pass to another peak is known"


@dataclass(frozen=True, slots=True)
class Landscape:
    """What is drawn of peaks."""

    heights: FloatArray
    """(m,) log density at each."""
    errors: FloatArray
    """(m,) its error."""
    tree: FloatArray
    """(m - 1, 4) the dendrogram."""
    populations: npt.NDArray[Any]
    """(m,) points of each."""
    halo: float
    """The share of the points in it."""

    @classmethod
    def of(cls, peaks: Peaks) -> Landscape:
        """Take it from peaks."""
        return cls(peaks.heights, peaks.errors, peaks.tree, peaks.populations, float(peaks.halo.mean()))


def draw_peaks(
    peaks: Peaks | Mapping[str, Peaks], *, labels: Any = None, words: Any = None, painter: Painter = "matplotlib"
) -> Any:
    """Draw peaks as a dendrogram whose heights are the passes between them.

    Parameters
    ----------
    peaks : Peaks, or mapping of str to Peaks
        What :func:`repscape.cluster_peaks` returned; by name, one panel for each layer.
    labels : (n,) array, optional
        Labels of the points: a peak is named by its commonest, with its share.
    words : (n,) array, optional
        In place of labels, what the points are: a peak is named by its words where the density is highest.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        A dot at the height of each peak, with its error; branches meet at the log density of the pass. A branch that no known
        pass joins to any other hangs on a dashed line down to the edge, and meets none. Of more than fourteen peaks those of
        most points are named, as far as there is room; the others tell their names at the pointer.

    Raises
    ------
    InputError
        If there are no peaks, or labels are not one for each point.
    InputTypeError
        If something else than peaks is given.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw_peaks
    >>> X = np.random.default_rng(0).normal(size=(300, 2)) + np.repeat([[0, 0], [5, 0]], 150, axis=0)
    >>> figure = draw_peaks(rs.cluster_peaks(rs.knn_graph(X, 60)), labels=np.repeat(["cat", "dog"], 150))
    >>> figure.axes[0].get_ylabel()
    'log density'
    """
    given = by_name(peaks, "peaks", "draw_peaks", kind=Peaks, alone=True)
    if not given:
        raise InputError("peaks of draw_peaks must hold one layer at least. Got none.")
    panels = []
    for name, one in given.items():
        sides = {side: _named(values, side, one) for side, values in (("labels", labels), ("words", words))}
        names = peak_names(one, **sides)
        panels.append(panel_of(name, Landscape.of(one), names))
    spec = FigureSpec(
        "draw_peaks",
        "Peaks of the density",
        tuple(panels),
        size_of(len(panels), 3.5),
        columns=columns_of(len(panels)),
    )
    return paint(spec, painter)


def _named(values: Any, side: str, peaks: Peaks) -> Any:
    return None if values is None else _check.column(values, side, "draw_peaks", n=peaks.labels.size)


def panel_of(name: str, peaks: Landscape, names: tuple[str, ...]) -> PanelSpec:
    """Return the panel of one layer."""
    m = peaks.heights.size
    places = _places(peaks)
    known = peaks.tree[np.isfinite(peaks.tree[:, 2]), 2] if m > 1 else np.empty(0)
    ends = np.concatenate([peaks.heights - peaks.errors, peaks.heights + peaks.errors, known])
    floor = float(ends.min() - DEEPER * max(float(np.ptp(ends)), 1.0))
    joined, apart = _branches(peaks, places, floor)
    stalks = np.array(
        [[[places[i], peaks.heights[i] - e], [places[i], peaks.heights[i] + e]] for i, e in enumerate(peaks.errors)]
    )
    marks: list[Dots | Segments] = []
    if joined.size:
        marks.append(Segments(joined, Look(INK, width=1.3)))
    if apart.size:
        marks.append(Segments(apart, HANGING))
    marks.append(Segments(stalks, Look(MUTED, width=1.0)))
    marks.append(
        Dots(
            places,
            peaks.heights,
            Look(PALETTE[0], "circle", width=0),
            "peak",
            words=tuple(_words(peaks, names)),
            order=4,
        )
    )
    up = padded(np.append(ends, floor))
    ticks = tuple((float(places[i]), literal(names[i], 26)) for i in _with_room(places, peaks.populations))
    across = Axis((-0.6, m - 0.4), "", ticks, angle=40 if m > 3 else 0)
    heading = f"{m} peak{'s' * (m != 1)}, {peaks.halo:.0%} in the halo{f'; {UNJOINED}' * bool(apart.size)}"
    return PanelSpec(
        across, Axis(up, "log density", nice_ticks(up, 7, quarters=True), grid=True), tuple(marks), name, heading
    )


def _places(peaks: Landscape) -> FloatArray:
    """Return (m,) where each peak stands: branches that meet lie beside each other."""
    m = peaks.heights.size
    under: dict[int, list[int]] = {i: [i] for i in range(m)}
    for row, (a, b, *_) in enumerate(peaks.tree):
        under[m + row] = under.pop(int(a)) + under.pop(int(b))
    order = [peak for branch in under.values() for peak in branch]
    places = np.empty(m)
    places[order] = np.arange(m)
    return places


def _with_room(places: FloatArray, populations: Any) -> list[int]:
    """Return the peaks whose names have room, from left to right: those of most points first, none too near another."""
    apart = max(1.0, places.size / NAMED)
    found: list[int] = []
    for i in np.argsort(-populations, kind="stable").tolist():
        if all(abs(places[i] - places[j]) >= apart for j in found):
            found.append(i)
    return sorted(found, key=lambda i: float(places[i]))


def _branches(peaks: Landscape, places: FloatArray, floor: float) -> tuple[FloatArray, FloatArray]:
    """Return the (s, 2, 2) lines of the dendrogram, and those on which branches hang that no known pass joins.

    These meet nowhere: a line between them would be read as a pass.
    """
    m = peaks.heights.size
    at = {i: (float(places[i]), float(peaks.heights[i])) for i in range(m)}
    joined: list[list[list[float]]] = []
    apart: list[list[list[float]]] = []
    for row, (a, b, height, _) in enumerate(peaks.tree):
        low = height if np.isfinite(height) else floor
        (x, top), (other, peak) = at[int(a)], at[int(b)]
        down = [[[place, high], [place, low]] for place, high in ((x, top), (other, peak)) if high > low]
        if np.isfinite(height):
            joined += [*down, [[x, low], [other, low]]]
        else:
            apart += down
        at[m + row] = ((x + other) / 2, low)
    return np.array(joined).reshape(-1, 2, 2), np.array(apart).reshape(-1, 2, 2)


def _words(peaks: Landscape, names: tuple[str, ...]) -> list[str]:
    found = []
    for i, name in enumerate(names):
        held = "" if name == str(i) else f"\n{name}"
        found.append(
            f"peak {i}, {peaks.populations[i]} points\nlog density {peaks.heights[i]:.3g} ± {peaks.errors[i]:.2g}{held}"
        )
    return found
