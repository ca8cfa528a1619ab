"""Options of one call at several places: what all have in common, and what differs, such as what an interval is of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from ..results import Record

SPELLED = 3  # values of one option that are told apart; beyond it they are said to differ
SHORT = 60  # characters of a value that is spelled out


def options_in_use(records: Iterable[Record], *, spell: Callable[[Any], str] = repr) -> dict[str, str]:
    """Return option -> its value in words; where it is not the same at all places, each value and at how many it is.

    Numbers that were worked out place by place, as a dimension, are told from the least to the largest.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> points = np.random.default_rng(0).normal(size=(90, 3))
    >>> results = rs.run({"a": points, "b": points**3}, rs.Plan(measures=["id_mle(k=20)"]))
    >>> options_in_use(results)["k"]
    '20'
    """
    held = list(records)
    found = {}
    for name in dict.fromkeys(name for record in held for name in record.result.options):
        values = [record.result.options[name] for record in held if name in record.result.options]
        count = Counter(map(spell, values))
        if len(count) == 1 and count.total() == len(held):
            found[name] = next(iter(count))
        elif len(values) == len(held) and all(isinstance(value, float) for value in values):
            found[name] = f"{min(values):.4g} to {max(values):.4g}"
        elif len(count) <= SPELLED and all(len(said) < SHORT for said in count):
            found[name] = ", ".join(f"{said} at {times} of {len(held)}" for said, times in count.items())
        else:
            found[name] = f"{len(count)} different values at {len(held)} places"
    return found
