"""Figures from results: depth profiles, layer by layer matrices, scale curves."""

from ._caption import alternative, caption
from ._choose import Panel, Sketch, sketches
from ._draw import draw, paint
from ._drawing import Drawing, save_drawings
from ._save import FORMATS, save_figures, to_bytes, write_whole

__all__ = [
    "FORMATS",
    "Drawing",
    "Panel",
    "Sketch",
    "alternative",
    "caption",
    "draw",
    "paint",
    "save_drawings",
    "save_figures",
    "sketches",
    "to_bytes",
    "write_whole",
]
