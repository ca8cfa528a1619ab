"""What all stages share: what a layer is called, a table of examples, and how a value shows itself."""

from ._brief import Brief, brief, cut
from ._html import Markup, card, element, escaped, joined
from ._pictures import bars, line, span
from ._stages import COLUMN, ExampleKind, Examples, LayerInfo, Progress

__all__ = [
    "COLUMN",
    "Brief",
    "ExampleKind",
    "Examples",
    "LayerInfo",
    "Markup",
    "Progress",
    "bars",
    "brief",
    "card",
    "cut",
    "element",
    "escaped",
    "joined",
    "line",
    "span",
]
