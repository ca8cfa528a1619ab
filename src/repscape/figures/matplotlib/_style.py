"""The house style: colours, sizes and how text from outside is written. Nothing here outlives a figure.

Figures are 5.8 or 8.4 inches wide, so that their 10-point letters stay above 7 points on a page of 6.3 inches.
"""

from __future__ import annotations

import functools
import math
import textwrap
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ParamSpec

import numpy as np
from matplotlib import colormaps, style
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

INK, MUTED, GRID, PAPER, EMPTY = "#1a1d21", "#626a73", "#dfe2e6", "#ffffff", "#cfd3d8"
ON_DARK, ON_LIGHT = "#fdfdfd", "#0d0d0d"  # numbers in coloured cells
# Okabe and Ito's palette, the yellow darkened so that it shows on paper.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", INK, "#a89400")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
P = ParamSpec("P")
FEW_LINES = len(PALETTE)
MANY_LAYERS = 40
PARAMS: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": ["DejaVu Sans"],
        "font.size": 10.0,
        "text.color": INK,
        "text.parse_math": False,  # names of layers and models may hold $ and _
        "text.usetex": False,
        "figure.facecolor": PAPER,
        "figure.dpi": 100,
        "savefig.dpi": 200,
        "savefig.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": MUTED,
        "axes.titlesize": 9.0,
        "axes.titlelocation": "left",
        "axes.titlepad": 6.0,
        "axes.labelsize": 10.0,
        "axes.linewidth": 0.8,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.formatter.useoffset": False,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.labelsize": 9.0,
        "ytick.labelsize": 9.0,
        "lines.linewidth": 1.7,
        "lines.markersize": 4.5,
        "legend.frameon": False,
        "legend.fontsize": 9.0,
        "legend.title_fontsize": 9.0,
        "legend.handlelength": 2.0,
        "svg.fonttype": "path",
        "svg.hashsalt": "repscape",
        "pdf.fonttype": 42,
    }
)


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style whatever the reader's matplotlibrc says; his settings are back afterwards."""
    with style.context(["default", dict(PARAMS)]):
        yield


def in_house_style(function: Callable[P, Figure]) -> Callable[P, Figure]:
    """Let a function draw in the house style, and settle layout and ticks while the style holds."""

    @functools.wraps(function)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with house_style(), warnings.catch_warnings():
            # A sign that the font lacks shows as a box; the tables have it right.
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure = function(*args, **kwargs)
            figure.draw_without_rendering()
        return figure

    return styled


def sequential() -> Colormap:
    """Return the colour map of matrices."""
    return colormaps["viridis"].with_extremes(bad=EMPTY)


def ordered() -> Colormap:
    """Return the colour map of ordered lines, without the ends that white paper or a dark page would swallow."""
    return LinearSegmentedColormap.from_list("ordered", colormaps["viridis"](np.linspace(0.16, 0.88, 64)))


def literal(text: str, most: int = 30) -> str:
    """Return text as it may stand in a figure: one line, no control characters, the middle of a long one left out.

    Examples
    --------
    >>> literal("a\\nb"), literal("model.encoder.layers.11.output", 14)
    ('a b', 'model.e…output')
    """
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in str(text))
    if len(plain) <= most:
        return plain
    return f"{plain[: most // 2]}…{plain[len(plain) - (most - most // 2 - 1) :]}"


def new_figure(panels: int, *, height: float, square: bool = False) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, three in a row at most, which share their scales."""
    columns = columns_of(panels)
    rows = math.ceil(panels / columns)
    width = {1: 5.8, 2: 7.6, 3: 8.4}[columns]
    tall = height if columns == 1 else height * (0.86 if columns == 2 else 0.74)
    figure = Figure(figsize=(width, 0.4 + tall * rows), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=not square, sharey=not square)
    axes = list(grid.ravel())
    for unused in axes[panels:]:
        unused.remove()
    if not square:  # the panel above an empty place is the lowest of its column
        for place, ax in enumerate(axes[:panels]):
            ax.tick_params(labelbottom=place + columns >= panels)
    return figure, axes[:panels]


def columns_of(panels: int) -> int:
    """Return how many panels stand in a row: three at most, and four as two by two."""
    return 2 if panels == 4 else min(panels, 3)


def title(figure: Figure, axes: Sequence[Axes], main: str, *, details: str, panels: Sequence[str]) -> None:
    """Write the title, what holds for the whole figure, and what each panel shows."""
    if len(axes) == 1:
        details, panels = " · ".join(part for part in (details, panels[0]) if part), [""]
    room = int(figure.get_figwidth() * 11)
    lines = [line for text in (main, details) for line in textwrap.wrap(literal(text, 3 * room), room)[:3]]
    figure.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=10.5)
    for ax, text in zip(axes, panels, strict=True):
        ax.set_title(literal(text, 44))


def axis_labels(figure: Figure, axes: Sequence[Axes], *, x: str, y: str) -> None:
    """Name the axes: below the lowest panel of each column, and once on the left."""
    columns = columns_of(len(axes))
    for ax in axes[-columns:]:
        ax.set_xlabel(literal(x, 60))
    if len(axes) == 1:
        axes[0].set_ylabel(literal(y, 48))
    else:
        figure.supylabel(literal(y, 48), fontsize=10)


def legend(figure: Figure, handles: Sequence[Artist], labels: Sequence[str], *, heading: str = "") -> None:
    """Put a legend outside: on the right, or below where labels are long. A leading underscore hides no label."""
    if not handles:
        return
    long = max(map(len, labels)) > 18
    columns = 2 if long and figure.get_figwidth() > 7 else 1
    if long:  # the room it takes is added, not taken from the panels
        figure.set_figheight(figure.get_figheight() + 0.22 * math.ceil(len(labels) / columns) + 0.1)
    made = figure.legend(
        list(handles),
        ["-"] * len(handles),
        loc="outside lower left" if long else "outside right center",
        title=heading or None,
        ncols=columns,
        alignment="left",
    )
    for text, label in zip(made.get_texts(), labels, strict=True):
        text.set_text(literal(label, 60 if long else 20))
