"""Every measure, one file each, and the table of them."""

from ._result import Curve, Estimate, normal_interval
from ._rounded import rounded
from ._rows import MEASURES, measure
from ._table import Measure

__all__ = ["normal_interval", "rounded", "MEASURES", "Curve", "Estimate", "Measure", "measure"]
