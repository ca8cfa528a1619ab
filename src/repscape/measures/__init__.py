"""Every measure, one file each, and the table of them."""

from ._calls import measures_from_text
from ._page import page_of
from ._plugins import PluginWarning
from ._result import Curve, Estimate, normal_interval, note_of, said_of_spread
from ._rounded import rounded
from ._rows import MEASURES, every_measure, is_builtin, measure
from ._table import INTRINSIC, TRANSFORMATIONS, Measure

__all__ = [
    "INTRINSIC",
    "MEASURES",
    "TRANSFORMATIONS",
    "Curve",
    "Estimate",
    "Measure",
    "PluginWarning",
    "every_measure",
    "is_builtin",
    "measure",
    "measures_from_text",
    "normal_interval",
    "note_of",
    "page_of",
    "rounded",
    "said_of_spread",
]
