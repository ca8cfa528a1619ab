"""A result beside its null: p-value, chance, and how far beyond what unrelated data give it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .._result import Estimate
from ._null import Null

FloatArray = npt.NDArray[np.float64]


def with_null(  # house: the result, its null, and what the row says of the values
    found: Estimate, null: Null, *, less: bool, bounds: tuple[float, float], name: str, known: float | None = None
) -> Estimate:
    """Return the result with p-value, chance, calibrated value and the values under each relabelling.

    `known` is the chance that a formula gives; where there is none, the mean of the null stands for it. The best value there
    can be is the bound on the side of the alike, or ``details["best"]``.
    """
    best = float(found.details.get("best", bounds[0] if less else bounds[1]))
    details: dict[str, Any] = {**found.details, "null_mean": null.mean, "null_sd": null.sd}
    details["null_threshold"] = null.threshold
    if "adjusted" in details:
        details["partial"] = null.details(found.value)["partial"]
    return replace(
        found,
        p_value=null.p_value,
        chance=null.mean if known is None else known,
        calibrated=null.calibrated(found.value, best),
        null=null.drawn if null.drawn.size else None,
        options={**found.options, "null": name},
        details=details,
    )


def drawn_null(found: Estimate, drawn: FloatArray, *, row: Any, given: Mapping[str, Any], name: str) -> Estimate:
    """Return the result with the null that values worked out elsewhere make, as for all pairs of a matrix at once.

    `row` is the measure's, as it reads under the options `given`; chance stays what the result says, if it says one.
    """
    less = row.alike == -1
    null = Null.of(found.value, drawn, less=less)
    free = given.get("groups") is None and given.get("within") is None
    known = found.chance if free else None
    return with_null(found, null, less=less, bounds=row.bounds, name=name, known=known)
