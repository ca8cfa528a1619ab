"""Figures that show in a notebook, and figures as the content of a file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ._style import PARAMS, house_style

METADATA: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "png": {"Software": "repscape"},
        "svg": {"Date": None, "Creator": "repscape"},
        "pdf": {"CreationDate": None, "Creator": "repscape", "Producer": None},
    }
)
FORMATS = tuple(METADATA)


class ShownFigure(Figure):
    """A matplotlib Figure of nobody's pyplot, which a notebook shows all the same."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        FigureCanvasAgg(self)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Return the picture, and how large it stands on the page: the file has twice the pixels."""
        width, height = (round(inches * PARAMS["figure.dpi"]) for inches in self.get_size_inches())
        return to_bytes(self, "png"), {"width": width, "height": height}


def to_bytes(figure: Figure, format: str) -> bytes:
    """Return a painted figure as a file's content, by its layout as it was settled when it was painted."""
    buffer = io.BytesIO()
    engine = figure.get_layout_engine()
    figure.set_layout_engine("none")  # to settle it anew for every file would double the time
    try:
        with house_style():
            figure.savefig(buffer, format=format, dpi=PARAMS["savefig.dpi"], metadata=dict(METADATA[format]))
    finally:
        figure.set_layout_engine(engine)
    return buffer.getvalue()
