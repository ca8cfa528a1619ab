"""From results to figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from matplotlib.figure import Figure

from ...errors import InputTypeError
from ...results import Results
from .._choose import Kind, Sketch, sketches
from ._curve import curve_figure
from ._depth import depth_figure
from ._matrix import matrix_figure
from ._style import in_house_style

PAINTERS: Mapping[Kind, Callable[[Sketch], Figure]] = MappingProxyType(
    {"depth": depth_figure, "matrix": matrix_figure, "curve": curve_figure}
)


def draw(results: Results) -> dict[str, Figure]:
    """Draw every figure that the results call for.

    A measure of one representation gives a depth profile, or scale curves where it returns a curve; a measure of two gives
    a profile for each of next, first and last layer, equal depth and checkpoints, and heat maps of all pairs. Lines are
    models, sites, checkpoints, label columns and variants; where they are more than eight, panels and further figures.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` or :func:`repscape.load_results` returned.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        By a name that is fit for a file, such as "id_twonn" or "overlap_neighbors-pairs", in the order of the results. The
        figures belong to nobody else: no pyplot state, no change of rcParams.

    Raises
    ------
    InputTypeError
        If `results` is something else.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import draw
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 10})]))
    >>> list(draw(results))[:2]
    ['id_twonn', 'overlap_neighbors-next']
    """
    return {sketch.name: paint(sketch) for sketch in sketches(checked(results, "draw"))}


def paint(sketch: Sketch) -> Figure:
    """Draw one figure in the house style."""
    return in_house_style(PAINTERS[sketch.kind])(sketch)


def checked(results: Results, function: str) -> Results:
    """Refuse what is not Results."""
    if not isinstance(results, Results):
        raise InputTypeError(f"results of {function} must be what rs.run returned. Got {type(results).__name__}.")
    return results
