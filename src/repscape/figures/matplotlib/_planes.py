"""Planes with names: clusters joined to their centroids, and layers and models by second-level RSA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from scipy.spatial.distance import pdist, squareform

from ... import _check
from ...errors import InputError
from ...measures.similarity import condensed
from ...measures.structure import cluster_centroids, embed
from ._names import write_names
from ._scatter import LABELS, bare, dot, look_of, plane_of
from ._style import INK, MUTED, axis_labels, in_house_style, legend, new_figure, title

FloatArray = npt.NDArray[np.float64]


@in_house_style
def draw_clusters(
    planes: Mapping[str, Any],
    clusters: Mapping[str, Any],
    *,
    names: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    axes: str = "",
    details: str = "",
    radius: float | None = None,
) -> Figure:
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

    Returns
    -------
    matplotlib.figure.Figure
        One panel for each plane.

    Raises
    ------
    InputError
        If there are not as many clusters as points, or planes and clusters are of different names.

    Examples
    --------
    >>> from repscape.figures import draw_clusters
    >>> figure = draw_clusters({"wiki": [[0, 0], [0, 1], [9, 9]]}, {"wiki": [0, 0, -1]}, names=["sun", "moon", "date"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['sun', 'moon', 'date']
    """
    where = "draw_clusters"
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
    figure, drawn = new_figure(len(held), height=4.2, square=True)
    for ax, (panel, points) in zip(drawn, held.items(), strict=True):
        bare(ax)
        _spokes(ax, points, code[panel])
        ax.set_aspect("equal", adjustable="datalim")
    most = max(int(entries.max(initial=-1)) for entries in code.values()) + 1
    handles: list[Artist] = [dot(*look_of(place)) for place in range(min(most, LABELS))]
    words = [f"cluster {place}" for place in range(min(most, LABELS))]
    if any((entries < 0).any() for entries in code.values()):
        handles.append(dot(MUTED, "x"))
        words.append("in no cluster")
    legend(figure, handles, words)
    axis_labels(figure, drawn, x=f"{axes} 1".strip(), y=f"{axes} 2".strip())
    title(figure, drawn, "Clusters, each point joined to its centroid", details=details, panels=list(held))
    if names is not None or radius is not None:
        figure.draw_without_rendering()  # names are placed by what they cover, once the layout is settled
    if radius is not None:
        for ax in drawn:
            _ruler(ax, radius)
    if names is not None:
        for ax, (panel, points) in zip(drawn, held.items(), strict=True):
            centres = cluster_centroids(points, code[panel]) if (code[panel] >= 0).any() else ()
            write_names(ax, points, names[panel] if isinstance(names, Mapping) else names, avoid=centres)
    return figure


def _spokes(ax: Axes, points: FloatArray, code: npt.NDArray[Any]) -> None:
    """Draw the points of each cluster with lines to their mean, and those in none."""
    alone = points[code < 0]
    ax.scatter(alone[:, 0], alone[:, 1], s=30, c=MUTED, marker="x", linewidths=1.2, zorder=3)
    if not (code >= 0).any():
        return
    for cluster, centre in zip(np.unique(code[code >= 0]), cluster_centroids(points, code), strict=True):
        own = points[code == cluster]
        colour, sign = look_of(int(cluster) % LABELS)
        ax.add_collection(LineCollection([[point, centre] for point in own], colors=colour, linewidths=1, alpha=0.6))
        ax.scatter(own[:, 0], own[:, 1], s=30, c=colour, marker=sign, linewidths=0, zorder=3)
        ax.scatter(centre[0], centre[1], s=70, c=colour, marker="+", linewidths=2, zorder=4)


def _ruler(ax: Axes, length: float) -> None:
    """Draw a length at the lower left, in the scale of the panel."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    x, y = left + 0.04 * (right - left), low + 0.04 * (high - low)
    ax.plot([x, x + length], [y, y], color=INK, linewidth=2, solid_capstyle="butt")
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
    ax.annotate(f"{length:g}", (x + length, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)


@in_house_style
def draw_second_level(names: Sequence[str], distances: Any, *, models: Sequence[str] | None = None) -> Figure:
    """Draw layers, models and measurements so that those whose dissimilarity matrices are alike lie near each other.

    Parameters
    ----------
    names, distances
        What :func:`repscape.second_level_rdm` returned.
    models : one str for each name, optional
        Whose layer each is: the layers of a model share a colour and are joined in the order given.

    Returns
    -------
    matplotlib.figure.Figure
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
    figure, (ax,) = new_figure(1, height=4.6, square=True)
    distinct = list(dict.fromkeys(owners))
    for place, owner in enumerate(distinct):
        own = plane[[at for at, entry in enumerate(owners) if entry == owner]]
        colour, sign = look_of(place % LABELS)
        ax.plot(*own.T, color=colour, marker=sign, linewidth=1 if models is not None else 0, markersize=6, zorder=3)
    if models is not None and len(distinct) > 1:
        legend(figure, [dot(*look_of(place % LABELS)) for place in range(len(distinct))], distinct)
    bare(ax, scale=True)
    ax.set_aspect("equal", adjustable="datalim")
    axis_labels(figure, [ax], x="first axis of scaling (1 - similarity)", y="second axis")
    kept = float(np.corrcoef(pdist(plane), given)[0, 1]) if np.ptp(given) else 1.0
    title(figure, [ax], "Layers and models by second-level RSA", details="", panels=[""])
    ax.set_title(f"distances on the plane and those given: r = {kept:.3f}")
    figure.draw_without_rendering()
    write_names(ax, plane, names)
    return figure
