"""The painter that draws with matplotlib: files, pages without a script, notebooks."""

from ._figure import figure_of
from ._shown import FORMATS, to_bytes

__all__ = ["FORMATS", "figure_of", "to_bytes"]
