"""Which comparisons are more alike than the best of as many unrelated ones: the null of a maximum.

All pairs of a study are relabelled alike (`Estimate.null`), so the largest has a null of its own (`uncertainty/_largest.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import InputError
from ..results import Record, Results, best_of, beyond, families, null_of, withheld_of

if TYPE_CHECKING:
    import pandas as pd

PLACES = ("model", "step", "layer", "depth")


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
        be), above (p_family is at most .05), pairs, how many comparisons the family has, and why. Where nothing can be said,
        above is None and why says why: ties that both sides break by index, relabellings too few for a p of .05, or values that
        reach the best there can be by chance. A comparison left without a null by ties has no limit, and is in no family.

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

    chosen = [r for r in results.select(measure, profile=profile) if null_of(r).size or withheld_of(r)]
    if not chosen:
        wanted = "comparisons" if measure is None else f"comparisons by {measure}"
        raise InputError(
            f"results of beyond_chance must hold {wanted} with a null: a measure of two representations with "
            "permutations=200. Got none such."
        )
    return pd.DataFrame(list(_rows(chosen)))


def _rows(records: Sequence[Record]) -> Iterator[dict[str, object]]:
    known = beyond(records)
    for family in (*families(records), [record for record in records if withheld_of(record)]):
        for record in family:
            found, result = known[id(record)], record.result
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
                "why": found.why,
            }


def calibrated_beyond(record: Record, limit: float) -> float | None:
    """Return how far the value lies from the limit to the best there can be, in [0, 1]; None where nothing is the best."""
    result, best = record.result, best_of(record)
    if not (math.isfinite(best) and math.isfinite(limit)) or result.calibrated is None:  # type: ignore[union-attr]
        return None
    room = best - limit
    if abs(room) <= 1e-12 * max(1.0, abs(best)):
        return 0.0
    return min(1.0, max(0.0, (float(result.value) - limit) / room))  # type: ignore[union-attr]
