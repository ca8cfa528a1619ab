"""Every measure, one file each, and the table of them."""

from ._result import Curve, Estimate
from ._table import MEASURES, Measure, measure

__all__ = ["MEASURES", "Curve", "Estimate", "Measure", "measure"]
