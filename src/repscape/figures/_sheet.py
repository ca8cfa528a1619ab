"""Everything that some results call for, on one sheet: what `Results.plot` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InputError
from ..results import Results
from ._choose import sketches
from ._paint import checked
from ._specify import specify

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 12  # figures of one sheet


def sheet(results: Results) -> Figure:
    """Draw every figure that the results call for, one below the other.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` returned, or some of it.

    Returns
    -------
    matplotlib.figure.Figure
        It shows in a notebook. Several figures are its subfigures, in the order of the results.

    Raises
    ------
    InputError
        If there is nothing to draw, or there are more than 12 figures.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.figures import sheet
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
    >>> len(sheet(results).axes)
    1
    """
    found = sketches(checked(results, "sheet"))
    if not found:
        raise InputError(
            f"results.plot has nothing to draw in {len(results)} records. Curves of all pairs of layers have no figure; "
            "results.to_frame() has them."
        )
    if len(found) > MOST:
        named = ", ".join(dict.fromkeys(sketch.record.info.name for sketch in found))
        raise InputError(
            f"results.plot shows up to {MOST} figures. Got {len(found)}: choose a measure ({named}) or a profile, "
            "or take every figure by itself from repscape.figures.draw(results)."
        )
    from .matplotlib import figure_of

    return figure_of(*map(specify, found))
