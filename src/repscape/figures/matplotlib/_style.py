"""The house style in matplotlib's words. Nothing here outlives a figure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

from matplotlib import style

from .._look import GRID, INK, MUTED, PAPER

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "": "",
        "circle": "o",
        "square": "s",
        "triangle-up": "^",
        "diamond": "D",
        "triangle-down": "v",
        "cross": "P",
        "x": "X",
        "star": "*",
        "dot": ".",
        "x-thin": "x",
        "cross-thin": "+",
    }
)
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
    with style.context(["default", dict(PARAMS)]), warnings.catch_warnings():
        # A sign that the font lacks shows as a box; the tables have it right.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
