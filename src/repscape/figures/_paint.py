"""From what a figure shows to the figure: one specification, and whoever paints it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

from .. import _check
from ..errors import InputTypeError
from ..results import Results
from ._choose import Sketch, sketches
from ._plain import plain
from ._spec import FigureSpec
from ._specify import specify

Painter = Literal["matplotlib", "plotly", "none"] | Callable[[FigureSpec], Any]
"""Who paints: a library, "none" for the plain data, or a function of one's own."""


def draw(results: Results, *, painter: Painter = "matplotlib") -> dict[str, Any]:
    """Draw every figure that the results call for.

    A measure of one representation gives a depth profile, or scale curves where it returns a curve; a measure of two gives
    a profile for each of next, first and last layer, equal depth and checkpoints, and heat maps of all pairs. Lines are
    models, sites, checkpoints, label columns and variants; where they are more than eight, panels and further figures.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` or :func:`repscape.load_results` returned.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        Who paints; see :func:`paint`.

    Returns
    -------
    dict of str to matplotlib.figure.Figure, or to what another painter gives
        By a name that is fit for a file, such as "id_twonn" or "overlap_neighbors-pairs", in the order of the results. The
        figures belong to nobody else: no pyplot state, no change of rcParams.

    Raises
    ------
    InputTypeError
        If `results` is something else.
    UnknownNameError
        If there is no such painter.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 10})]))
    >>> list(draw(results))[:2]
    ['id_twonn', 'overlap_neighbors-next']
    """
    known_painter(painter, "draw")
    return {sketch.name: paint(sketch, painter) for sketch in sketches(checked(results, "draw"))}


def paint(shown: Sketch | FigureSpec, painter: Painter = "matplotlib") -> Any:
    """Paint one figure.

    Parameters
    ----------
    shown : Sketch or FigureSpec
        What it shows.
    painter : {"matplotlib", "plotly", "none"} or function of a FigureSpec
        "matplotlib" gives a Figure in the house style, which needs no pyplot and shows in a notebook; "plotly" a
        plotly.graph_objects.Figure that tells values and names at the pointer; "none" paints nothing and gives all that is
        shown as dicts, lists, texts and numbers, None where there is no number. A function is given the specification.

    Returns
    -------
    matplotlib.figure.Figure, plotly.graph_objects.Figure, dict, or what the function returns
        The figure.

    Raises
    ------
    UnknownNameError
        If there is no such painter.

    Examples
    --------
    >>> from repscape.figures import Line, draw_lines
    >>> found = draw_lines({"size": Line([1, 2], [3.0, 4.0])}, x="step", y="size", heading="Growth", painter="none")
    >>> found["title"], found["panels"][0]["marks"][0]["y"]
    ('Growth', [3.0, 4.0])
    """
    chosen = known_painter(painter, "paint")
    return chosen(specify(shown) if isinstance(shown, Sketch) else shown)


def known_painter(painter: Painter, function: str) -> Callable[[FigureSpec], Any]:
    """Return who paints, or refuse a name that none has."""
    if callable(painter):
        return painter
    return PAINTERS[_check.choice(painter, "painter", function, PAINTERS)]


def checked(results: Results, function: str) -> Results:
    """Refuse what is not Results."""
    if not isinstance(results, Results):
        raise InputTypeError(f"results of {function} must be what rs.run returned. Got {type(results).__name__}.")
    return results


def _matplotlib(spec: FigureSpec) -> Any:
    from .matplotlib import figure_of

    return figure_of(spec)


def _plotly(spec: FigureSpec) -> Any:
    from .plotly import figure_of

    return figure_of(spec)


PAINTERS: Mapping[str, Callable[[FigureSpec], Any]] = MappingProxyType(
    {"matplotlib": _matplotlib, "plotly": _plotly, "none": plain}
)
