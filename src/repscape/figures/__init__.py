"""Figures: from results by themselves, and from arrays by plain functions."""

from ._captions import alternative, caption
from ._choose import Panel, Sketch, sketches
from .matplotlib._confusion import draw_confusion
from .matplotlib._draw import draw, paint
from .matplotlib._drawing import Drawing, save_drawings
from .matplotlib._lines import Line, draw_lines
from .matplotlib._margins import Margin, draw_margins
from .matplotlib._pairs import draw_rsa, draw_similarities, draw_strip
from .matplotlib._planes import draw_clusters, draw_second_level
from .matplotlib._probes import draw_probes
from .matplotlib._save import FORMATS, save_figures, to_bytes, write_whole
from .matplotlib._scatter import draw_embeddings

__all__ = [
    "FORMATS",
    "Drawing",
    "Line",
    "Margin",
    "Panel",
    "Sketch",
    "alternative",
    "caption",
    "draw",
    "draw_clusters",
    "draw_confusion",
    "draw_embeddings",
    "draw_lines",
    "draw_margins",
    "draw_probes",
    "draw_rsa",
    "draw_second_level",
    "draw_similarities",
    "draw_strip",
    "paint",
    "save_drawings",
    "save_figures",
    "sketches",
    "to_bytes",
    "write_whole",
]
