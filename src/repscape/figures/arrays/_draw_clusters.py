"""Clusters on a plane: every point joined to the centroid of its cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...measures.structure import cluster_centroids
from .._arrange import columns_of, size_of
from .._look import INK, LABELS, MUTED, sign_of
from .._paint import Painter, paint
from .._spec import Dots, Entry, FigureSpec, FloatArray, Legend, Look, Mark, Names, PanelSpec, Ruler, Segments
from ._given import by_name
from ._planes import bare_axes, counted, plane_of

ALONE = Look(MUTED, "x-thin", width=1.2, size=5.5)
NAMED = 60  # points whose names are written


def draw_clusters(
    planes: Mapping[str, Any],
    clusters: Mapping[str, Any],
    *,
    names: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    axes: str = "",
    details: str = "",
    radius: float | None = None,
    painter: Painter = "matplotlib",
) -> Any:
    """Draw points on a plane with a line from each to the centroid of its cluster.

    Parameters
    ----------
    planes : mapping of str to (n, 2) array
        One panel for each: coordinates, as :func:`repscape.embed` gives them.
    clusters : mapping of str to (n,) int array
        By the same names, the cluster of each point; -1 for those in none, which are grey crosses.
    names : n str, or a mapping of such, optional
        Name of each point; written where a panel has up to 60.
    axes : str
        What the coordinates are, such as "t-SNE".
    details : str
        What holds for all panels, such as how clusters were found.
    radius : float, optional
        A length to be drawn in each panel, such as eps of DBSCAN: planes have no scale that one could read.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    matplotlib.figure.Figure, or what another painter gives
        One panel for each plane.

    Raises
    ------
    InputError
        If there are not as many clusters or names as points, or planes, clusters and names are called differently.

    Examples
    --------
    >>> from repscape.figures import draw_clusters
    >>> figure = draw_clusters({"wiki": [[0, 0], [0, 1], [9, 9]]}, {"wiki": [0, 0, -1]}, names=["sun", "moon", "date"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['sun', 'moon', 'date']
    """
    where = "draw_clusters"
    planes, clusters = by_name(planes, "planes", where), by_name(clusters, "clusters", where)
    if set(planes) != set(clusters):
        raise InputError(
            f"planes and clusters of {where} must be of the same names. "
            f"Got {', '.join(planes)} and {', '.join(clusters)}."
        )
    held = {panel: plane_of(points, panel, where) for panel, points in planes.items()}
    code = {
        panel: _check.column(clusters[panel], f"clusters {panel}", where, n=len(points))
        for panel, points in held.items()
    }
    if isinstance(names, Mapping) and set(names) != set(planes):
        raise InputError(f"names of {where} must be of the planes {', '.join(planes)}. Got {', '.join(names)}.")
    panels = []
    for panel, points in held.items():
        texts = names[panel] if isinstance(names, Mapping) else names
        if texts is not None:
            _check.same_rows(len(points), len(texts), (f"plane {panel!r}", "names"), where)
        marks = list(_marks(points, code[panel], texts))
        marks += [] if radius is None else [Ruler(radius, Look(INK, width=2), f"{radius:g}")]
        if texts is not None and len(texts) <= NAMED:
            marks.append(_names(points, code[panel], texts))
        panels.append(PanelSpec(*bare_axes(points, axes), tuple(marks), panel, aspect=1.0))
    spec = FigureSpec(
        where,
        "Clusters, each point joined to its centroid",
        tuple(panels),
        size_of(len(panels), 4.2),
        details=details,
        columns=columns_of(len(panels)),
        legend=Legend(tuple(_entries(code.values()))),
    )
    return paint(spec, painter)


def _entries(codes: Any) -> Iterator[Entry]:
    """Yield a line of the legend for each cluster, and for points in none."""
    held = list(codes)
    most = max(int(entries.max(initial=-1)) for entries in held) + 1
    for cluster in range(min(most, LABELS)):
        yield Entry(f"cluster {cluster}", sign_of(cluster))
    if any((entries < 0).any() for entries in held):
        yield Entry("in no cluster", ALONE)


def _marks(points: FloatArray, code: npt.NDArray[Any], names: Sequence[str] | None) -> Iterator[Mark]:
    """Yield the points in none, and those of each cluster with lines to their mean."""
    told = counted([""] * len(points) if names is None else names)
    alone = np.flatnonzero(code < 0)
    words = tuple(f"{told[place]}\nin no cluster" for place in alone.tolist())
    yield Dots(points[alone, 0], points[alone, 1], ALONE, "in no cluster", words=words)
    if not (code >= 0).any():
        return
    for cluster, centre in zip(np.unique(code[code >= 0]).tolist(), cluster_centroids(points, code), strict=True):
        own = np.flatnonzero(code == cluster)
        name, look = f"cluster {int(cluster)}", replace(sign_of(int(cluster)), size=5.5)
        ends = np.stack([points[own], np.broadcast_to(centre, (len(own), 2))], axis=1)
        yield Segments(ends, Look(look.colour, width=1), opacity=0.6, order=2)
        words = tuple(f"{told[place]}\n{name}" for place in own.tolist())
        yield Dots(points[own, 0], points[own, 1], look, name, words=words)
        sign = Look(look.colour, "cross-thin", width=2, size=8.4)
        yield Dots(centre[:1], centre[1:], sign, name, words=(f"centroid of {name}",), order=4)


def _names(points: FloatArray, code: npt.NDArray[Any], texts: Sequence[str]) -> Names:
    centres = cluster_centroids(points, code) if (code >= 0).any() else None
    return Names(points[:, 0], points[:, 1], tuple(map(str, texts)), avoid=centres)
