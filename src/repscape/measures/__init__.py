"""Every measure, one file each, and the table of them."""

from ._result import Curve, Estimate
from ._rows import MEASURES, measure
from ._table import Measure

__all__ = ["MEASURES", "Curve", "Estimate", "Measure", "measure"]
