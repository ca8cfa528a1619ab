"""Figures that are drawn by plain functions, with their words: what a recipe shows beside its results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _check
from .._types import Brief
from ._save import write_whole
from .matplotlib import FORMATS, to_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, repr=False)
class Drawing(Brief):
    """A figure with what is said of it."""

    name: str
    """File name without ending."""
    figure: Figure
    """What was drawn."""
    caption: str
    """What it shows and how to read it; it also stands in for the figure for those who cannot see it."""


def save_drawings(
    drawings: Iterable[Drawing], folder: str | Path, formats: Sequence[str] = FORMATS
) -> tuple[Path, ...]:
    """Write every figure into a folder, one file for each format, and return the files.

    Examples
    --------
    >>> import tempfile
    >>> from repscape.figures import Drawing, Line, draw_lines
    >>> figure = draw_lines({"a": Line([1, 2], [3.0, 4.0])}, x="x", y="y", heading="A line")
    >>> [file.name for file in save_drawings([Drawing("line", figure, "A line.")], tempfile.mkdtemp(), ["svg"])]
    ['line.svg']
    """
    written = []
    for drawing in drawings:
        for ending in formats:
            _check.choice(ending, "formats", "save_drawings", FORMATS)
            path = Path(folder) / f"{drawing.name}.{ending}"
            write_whole(path, to_bytes(drawing.figure, ending), "figure")
            written.append(path)
    return tuple(written)
