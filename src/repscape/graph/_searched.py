"""How many of the true neighbours an approximate graph has, as rows say that were searched exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Z = 1.959963984540054  # of a 95 % interval
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What exactly searched rows say of an approximate graph."""

    rows: int
    """How many were searched, drawn at random."""
    found: FloatArray
    """(k,) mean share of the j nearest neighbours that are among the first j of the graph, j = 1 to k."""
    stderr: FloatArray
    """(k,) standard errors of these over rows."""

    def truncated(self, k: int) -> Searched:
        """The same of fewer neighbours."""
        return Searched(self.rows, self.found[:k], self.stderr[:k])

    @property
    def recall(self) -> float:
        """Share of the neighbours that were found."""
        return float(self.found[-1])

    @property
    def error(self) -> float:
        """Its standard error."""
        return float(self.stderr[-1])

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, from the standard error; where no searched row misses any, Wilson's score of as many tosses."""
        p, m = self.recall, self.rows
        if self.error > 0:
            return max(0.0, p - Z * self.error), min(1.0, p + Z * self.error)
        centre = (p + Z * Z / 2 / m) / (1 + Z * Z / m)
        half = Z / (1 + Z * Z / m) * np.sqrt(p * (1 - p) / m + Z * Z / 4 / m / m)
        return max(0.0, min(p, float(centre - half))), min(1.0, max(p, float(centre + half)))

    def __str__(self) -> str:
        return f"neighbours found: {_short(self.recall)} ± {_short(self.error)}"


def _short(value: float) -> str:
    """A share as tables write it."""
    return f"{value:.3f}".removeprefix("0") if value < 1 else "1.000"


def searched_of(entries: Mapping[str, Any] | None) -> Searched | None:
    """Read what :func:`entries_of` gave."""
    if not entries:
        return None
    return Searched(int(entries["rows"]), np.asarray(entries["found"], float), np.asarray(entries["stderr"], float))


def entries_of(searched: Searched | None) -> dict[str, Any]:
    """Return it as plain values, {} where there is none."""
    if searched is None:
        return {}
    return {"rows": searched.rows, "found": searched.found.tolist(), "stderr": searched.stderr.tolist()}
