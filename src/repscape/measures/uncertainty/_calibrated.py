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
TIES = "ties"
"""Detail of results: the most that ties, broken by index on both sides, may add to the value (or take off a distance)."""
WITHHELD = "none: "
"""How ``options["null"]`` begins where there is no null, and a reason why."""
SMALL = 4
"""Part of the null's standard deviation that ties may add without harm."""
CLEAR = 10
"""Standard deviations that a value must be beyond chance without what ties may add, for a null where they may add more."""
PART = 20
"""Part of what such a value has beyond chance that ties may add, for a calibrated one."""
OF_NULL = ("null_mean", "null_sd", "null_threshold", "partial")


def with_null(  # house: the result, its null, and what the row says of the values
    found: Estimate, null: Null, *, less: bool, bounds: tuple[float, float], name: str, known: float | None = None
) -> Estimate:
    """Return the result with p-value, chance, calibrated value and the values under each relabelling.

    `known` is the chance that a formula gives; where there is none, the mean of the null stands for it. The best value there
    can be is the bound on the side of the alike, or ``details["best"]``.

    Relabelled examples take their ties with them, and never share an order by index as the examples themselves do. Where that
    may be what the value has beyond chance there is no null, and ``options["null"]`` says so; where it may be a part of it, no
    calibrated value.
    """
    by_index, away = float(found.details.get(TIES, 0.0)), abs(found.value - null.mean)
    small = by_index <= null.sd / SMALL
    if not (small or (2 * by_index <= away and away - by_index >= CLEAR * null.sd)):
        return _without_null(found, by_index, null.sd)
    best = float(found.details.get("best", bounds[0] if less else bounds[1]))
    details: dict[str, Any] = {**found.details, "null_mean": null.mean, "null_sd": null.sd}
    details["null_threshold"] = null.threshold
    if "adjusted" in details:
        details["partial"] = null.details(found.value)["partial"]
    return replace(
        found,
        p_value=null.p_value,
        chance=null.mean if known is None else known,
        calibrated=null.calibrated(found.value, best) if small or PART * by_index <= away else None,
        null=null.drawn if null.drawn.size else None,
        options={**found.options, "null": name},
        details=details,
    )


def _without_null(found: Estimate, by_index: float, sd: float) -> Estimate:
    why = (
        f"ties, broken by index on both sides, may move the value by {by_index:.2g}, where chance moves it by {sd:.2g}"
    )
    return replace(
        found,
        p_value=None,
        calibrated=None,
        null=None,
        options={**found.options, "null": f"{WITHHELD}{why}"},
        details={name: entry for name, entry in found.details.items() if name not in OF_NULL},
    )


def withheld(found: Estimate) -> str:
    """Return why a result has no null though one was asked for; "" where that is not so."""
    told = found.options.get("null")
    return told.removeprefix(WITHHELD) if isinstance(told, str) and told.startswith(WITHHELD) else ""


def drawn_null(found: Estimate, drawn: FloatArray, *, row: Any, given: Mapping[str, Any], name: str) -> Estimate:
    """Return the result with the null that values worked out elsewhere make, as for all pairs of a matrix at once.

    `row` is the measure's, as it reads under the options `given`; chance stays what the result says, if it says one.
    """
    less = row.alike == -1
    null = Null.of(found.value, drawn, less=less)
    free = given.get("groups") is None and given.get("within") is None
    known = found.chance if free else None
    return with_null(found, null, less=less, bounds=row.bounds, name=name, known=known)
