"""Lines against a quantity of one's own: what a recipe shows that no layer or scale orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from ...errors import InputError
from ._style import MARKERS, PALETTE, axis_labels, in_house_style, legend, new_figure, title

DASHES = ((4, 2), (1, 1.2), (7, 2, 1.5, 2))  # points on, points off


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a figure."""

    x: npt.ArrayLike
    """(m,) where its values stand."""
    values: npt.ArrayLike
    """(m,) the values."""
    stderr: npt.ArrayLike | None = None
    """(m,) standard errors, drawn as a band of one error to each side; as a bar where m is 1."""
    expected: bool = False
    """Whether this is what theory or a publication says: then it is dashed, without markers; several differ in their dashes."""


@in_house_style
def draw_lines(
    lines: Mapping[str, Line], *, x: str, y: str, heading: str, log_x: bool = False, log_y: bool = False
) -> Figure:
    """Draw lines against a quantity.

    Parameters
    ----------
    lines : mapping of str to Line
        Name -> line; at most eight.
    x, y : str
        Names of the axes.
    heading : str
        Title.
    log_x, log_y : bool
        Whether an axis is logarithmic.

    Returns
    -------
    matplotlib.figure.Figure
        One panel; bands are one standard error.

    Raises
    ------
    InputError
        If there is no line or more than eight, or the parts of a line differ in length.

    Examples
    --------
    >>> from repscape.figures import Line, draw_lines
    >>> lines = {"TwoNN": Line([1, 2], [1.0, 2.1], [0.1, 0.1]), "true": Line([1, 2], [1, 2], expected=True)}
    >>> draw_lines(lines, x="dimension", y="estimate", heading="Balls").axes[0].get_xlabel()
    'dimension'
    """
    if not 1 <= len(lines) <= len(PALETTE):
        raise InputError(f"lines of draw_lines must be one to {len(PALETTE)}. Got {len(lines)}.")
    figure, (ax,) = new_figure(1, height=3.4)
    ax.set_xscale("log" if log_x else "linear")
    ax.set_yscale("log" if log_y else "linear")
    handles, solid, dashed = [], 0, 0
    for name, line in lines.items():
        at, values = np.asarray(line.x, dtype=np.float64), np.asarray(line.values, dtype=np.float64)
        error = None if line.stderr is None else np.asarray(line.stderr, dtype=np.float64)
        if at.ndim != 1 or at.shape != values.shape or (error is not None and error.shape != at.shape):
            raise InputError(
                f"x, values and stderr of the line {name!r} must be of one length. Got {at.shape}, {values.shape}."
            )
        if line.expected:
            handles += ax.plot(
                at, values, color=PALETTE[-2], linestyle=(0, DASHES[dashed % len(DASHES)]), linewidth=1.3, zorder=4
            )
            dashed += 1
            continue
        colour = PALETTE[solid % (len(PALETTE) - 2)]
        handles += ax.plot(at, values, color=colour, marker=MARKERS[solid % len(MARKERS)], zorder=3)
        if error is not None and at.size == 1:  # a band would be of no width
            ax.errorbar(at, values, yerr=error, color=colour, linewidth=1.0, capsize=2.5)
        elif error is not None:
            ax.fill_between(at, values - error, values + error, color=colour, alpha=0.2, linewidth=0)
        solid += 1
    for axis, logarithmic, (low, high) in ((ax.xaxis, log_x, ax.get_xlim()), (ax.yaxis, log_y, ax.get_ylim())):
        if logarithmic:  # the usual formatters write powers as formulas, which the house style does not read
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter("{x:g}" if high < 10 * low else NullFormatter())
    axis_labels(figure, [ax], x=x, y=y)
    title(figure, [ax], heading, details="", panels=[""])
    if len(lines) > 1:
        legend(figure, handles, list(lines))
    return figure
