"""Which comparisons are more alike than the best of as many unrelated ones: the null of a maximum.

The best of 24 x 24 pairs is compared with what the best of 24 x 24 pairs reads under relabelled examples, never with the mean
of one pair. All pairs of a study are relabelled alike (`Estimate.null`), so the largest has a null of its own. Values are
studentised first, since chance and its spread differ by width, and the widest layers would rule the raw maximum; mean and sd
come from the relabellings and the data together, which keeps the p-value exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..measures import Estimate
from ..results import Record, Results
from ._words import grouped

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
ALPHA = 0.05
PLACES = ("model", "step", "layer", "depth")


@dataclass(frozen=True, slots=True)
class Beyond:
    """One comparison among all of its family."""

    limit: float
    """What the comparison must pass: in 95 % of relabellings no comparison of the family passes its own."""
    p_value: float
    """Share of the relabellings, the data among them, in which some comparison of the family is as extreme."""
    of: int
    """Comparisons in the family."""
    best_by_chance: float
    """What the best of the family reads on average under relabelling, raw."""

    @property
    def above(self) -> bool:
        """Whether it is more alike than chance, all comparisons considered."""
        return self.p_value <= ALPHA


class Family:
    """Comparisons by one measure, relabelled alike."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.sign = float(records[0].info.alike or 1)
        self.drawn = self.sign * np.stack([_null(record) for record in records])
        self.observed = self.sign * np.array([float(record.result.value) for record in records])  # type: ignore[union-attr]
        every = np.column_stack([self.observed, self.drawn])
        self._mean = every.mean(axis=1)
        self._sd = every.std(axis=1)
        scaled = (every - self._mean[:, None]) / np.where(self._sd > 0, self._sd, np.inf)[:, None]
        self._own = scaled[:, 0]
        self._largest = np.sort(scaled.max(axis=0))
        self._level = float(self._largest[math.ceil((1 - ALPHA) * self._largest.size - 1e-9) - 1])

    def each(self) -> list[Beyond]:
        """Return every comparison beside the null of the largest."""
        limits = self.sign * (self._mean + self._level * self._sd)
        passed = self._largest.size - np.searchsorted(self._largest, self._own - 1e-9, side="left")
        p_values = passed / self._largest.size
        best = self.best_by_chance()
        return [Beyond(float(a), float(p), len(limits), best) for a, p in zip(limits, p_values, strict=True)]

    def best_by_chance(self) -> float:
        """Return what the best of the comparisons reads on average under relabelling, raw."""
        return float(self.sign * self.drawn.max(axis=0).mean())


def beyond_chance(results: Results, measure: str | None = None, *, profile: str | None = None) -> pd.DataFrame:
    """Return every comparison beside what the best of as many unrelated ones reads.

    Parameters
    ----------
    results : Results
        With comparisons that have a null: a measure of two representations with `permutations=`, such as
        ``("sim_cka", {"permutations": 200})``.
    measure : str, optional
        Only this measure, or this variant of it.
    profile : str, optional
        Only this profile, such as "models", "pairs" or "next". Each profile of two models (or of one with itself) is a family.

    Returns
    -------
    pandas.DataFrame
        One row for each comparison: variant, profile, model, step, layer, depth and the same with "other\\_", value, chance (of
        one pair), p_value (of one pair), limit (what the value must pass, so that in 95 % of relabellings no comparison of the
        family passes its own), p_family, calibrated (the pair's own), calibrated_family (from the limit to the best there can
        be), above (p_family is at most .05) and pairs, how many comparisons the family has.

    Raises
    ------
    InputError
        If no comparison has a null.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 100, 6))
    >>> plan = rs.Plan(measures=[("sim_cka", {"permutations": 99})], profiles=["models"])
    >>> found = rs.beyond_chance(rs.run({"one": {"a": X, "b": noise}, "two": {"c": X}}, plan))
    >>> found[["layer", "other_layer", "above"]].values.tolist()
    [['a', 'c', True], ['b', 'c', False]]
    """
    import pandas as pd

    chosen = [r for r in results.select(measure, profile=profile) if _null(r).size]
    if not chosen:
        wanted = "comparisons" if measure is None else f"comparisons by {measure}"
        raise InputError(
            f"results of beyond_chance must hold {wanted} with a null: a measure of two representations with "
            "permutations=200. Got none such."
        )
    return pd.DataFrame(list(_rows(chosen)))


def beyond(records: Sequence[Record]) -> Mapping[int, Beyond]:
    """Return what is known of each record by its identity; records without a null are not there."""
    found: dict[int, Beyond] = {}
    for held in families(records):
        found.update(zip(map(id, held), Family(held).each(), strict=True))
    return found


def families(records: Sequence[Record]) -> list[list[Record]]:
    """Return the records with a null by what they are compared among: measure, part, profile and models."""
    held = [r for r in records if r.other is not None and _null(r).size and math.isfinite(float(r.result.value))]  # type: ignore[union-attr]
    return [list(family) for family in grouped(held, key=_family).values()]


def _family(record: Record) -> object:
    place, other = record.place, record.other or record.place
    models = (place.model, other.model)
    return record.variant, record.column, record.group, record.profile, models, _null(record).size


def _null(record: Record) -> FloatArray:
    result = record.result
    if not isinstance(result, Estimate) or result.null is None or record.other is None or record.info.alike is None:
        return np.empty(0)
    return np.asarray(result.null, dtype=np.float64)


def _rows(records: Sequence[Record]) -> Iterator[dict[str, object]]:
    for family in families(records):
        for record, found in zip(family, Family(family).each(), strict=True):
            result = record.result
            row: dict[str, object] = {"variant": record.variant, "profile": record.profile}
            for prefix, place in (("", record.place), ("other_", record.other or record.place)):
                entries = (place.model, place.step, place.layer.key, place.layer.depth)
                row.update({f"{prefix}{name}": entry for name, entry in zip(PLACES, entries, strict=True)})
            yield row | {
                "value": float(result.value),  # type: ignore[union-attr]
                "chance": result.chance,
                "p_value": result.p_value,  # type: ignore[union-attr]
                "limit": found.limit,
                "p_family": found.p_value,
                "calibrated": result.calibrated,  # type: ignore[union-attr]
                "calibrated_family": calibrated_beyond(record, found.limit),
                "above": found.above,
                "pairs": found.of,
            }


def calibrated_beyond(record: Record, limit: float) -> float | None:
    """Return how far the value lies from the limit to the best there can be, in [0, 1]; None where nothing is the best."""
    result, info = record.result, record.info
    best = float(result.details.get("best", info.bounds[1] if info.alike == 1 else info.bounds[0]))
    if not math.isfinite(best):
        return None
    room = best - limit
    if abs(room) <= 1e-12 * max(1.0, abs(best)):
        return 0.0
    return min(1.0, max(0.0, (float(result.value) - limit) / room))  # type: ignore[union-attr]
