"""The table of measures: every family's rows, one for each measure.

Reading the table loads no measure: `fn=None` is imported at the call. A study builds the arguments from `takes`; figures, page
and command line read the row and never name a measure.
"""

from __future__ import annotations

from collections.abc import Mapping

from .. import _check
from ._table import Measure
from .dimension import ROWS as DIMENSION
from .health import ROWS as HEALTH
from .overlap import ROWS as OVERLAP
from .probes import ROWS as PROBES
from .similarity import ROWS as SIMILARITY
from .structure import ROWS as STRUCTURE

MEASURES: Mapping[str, Measure] = {
    row.name: row for row in (*DIMENSION, *OVERLAP, *SIMILARITY, *STRUCTURE, *HEALTH, *PROBES)
}


def measure(name: str | Measure) -> Measure:
    """Return the row of a measure; near names are offered for a typo."""
    if isinstance(name, Measure):
        return name
    _check.choice(name, "measure", "the table of measures", MEASURES)
    return MEASURES[name]
