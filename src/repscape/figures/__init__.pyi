from ._captions import alternative, caption
from ._choose import Panel, Sketch, sketches
from ._drawing import Drawing, save_drawings
from ._look import GRID, INK, MUTED, PAPER, SEQUENTIAL
from ._names import title_of
from ._paint import Painter, draw, paint
from ._save import Painted, save_figures, save_painted, write_whole
from ._sheet import sheet
from ._spec import (
    Axis,
    Bar,
    Cells,
    Dots,
    Entry,
    FigureSpec,
    Legend,
    Look,
    Names,
    PanelSpec,
    Rule,
    Ruler,
    Segments,
    Trace,
)
from ._specify import specify
from .arrays._draw_clusters import draw_clusters
from .arrays._draw_confusion import draw_confusion
from .arrays._draw_embeddings import draw_embeddings
from .arrays._draw_lines import Line, draw_lines
from .arrays._draw_margins import Margin, draw_margins
from .arrays._draw_peak_flow import draw_peak_flow
from .arrays._draw_peaks import draw_peaks
from .arrays._draw_probes import draw_probes
from .arrays._draw_rsa import draw_rsa
from .arrays._draw_second_level import draw_second_level
from .arrays._draw_similarities import draw_similarities
from .arrays._draw_strip import draw_strip
from .arrays._topography import topographies
from .matplotlib import FORMATS, to_bytes

__all__ = [
    "topographies",
    "FORMATS",
    "GRID",
    "INK",
    "MUTED",
    "PAPER",
    "SEQUENTIAL",
    "Axis",
    "Bar",
    "Cells",
    "Dots",
    "Drawing",
    "Entry",
    "FigureSpec",
    "Legend",
    "Line",
    "Look",
    "Margin",
    "Names",
    "Painted",
    "Painter",
    "Panel",
    "PanelSpec",
    "Rule",
    "Ruler",
    "Segments",
    "Sketch",
    "Trace",
    "alternative",
    "caption",
    "draw",
    "draw_clusters",
    "draw_confusion",
    "draw_embeddings",
    "draw_lines",
    "draw_margins",
    "draw_peak_flow",
    "draw_peaks",
    "draw_probes",
    "draw_rsa",
    "draw_second_level",
    "draw_similarities",
    "draw_strip",
    "paint",
    "save_drawings",
    "save_figures",
    "save_painted",
    "sheet",
    "sketches",
    "specify",
    "title_of",
    "to_bytes",
    "write_whole",
]
