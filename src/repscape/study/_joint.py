"""The null of a whole block of pairs at once: every pair under the same relabellings, for little more than the price of one."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RepscapeError
from ..measures import MEASURES, Estimate
from ..measures.uncertainty import Asked, drawn_null, exchanges
from ._unit import Call


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The values of one pair under the relabellings."""

    values: npt.NDArray[np.float64]
    name: str

    def beside(self, call: Call, data: Sequence[Any]) -> Any:
        """Compare the two sides without a null of their own, and set the value beside this one."""
        row = call.item.measure
        found = row(*data, **{**call.options, "permutations": 0})
        if not isinstance(found, Estimate):
            return found
        given = call.item.options
        return drawn_null(found, self.values, row=row.under(given), given=given, name=self.name)


def joint_nulls(call: Call, pairs: Sequence[tuple[int, int]], sides: Any) -> dict[tuple[int, int], Drawn]:
    """Return what each pair of a block reads under shared relabellings.

    Empty where no null is asked for, or where the measure works it out pair by pair. Sides that cannot be read are left out:
    their error is told where they are compared.
    """
    row, options = call.item.measure, call.options
    permutations = options.get("permutations", 0)
    together = row.joint_nulls() if row is MEASURES.get(row.name) else None
    if together is None or not permutations or len(pairs) < 2:
        return {}
    held: dict[int, Any] = {}
    for place in {place for pair in pairs for place in pair}:
        with contextlib.suppress(Exception):  # it is raised again, and kept, where the side is compared
            held[place] = sides[place]
    whole = [pair for pair in pairs if pair[0] in held and pair[1] in held]
    sizes = {side.n for side in held.values()}
    if len(whole) < 2 or len(sizes) > 1:
        return {}
    try:
        free = exchanges(sizes.pop(), options.get("groups"), options.get("within"), function=row.name)
        asked = Asked(permutations, options.get("rng", 0), free, row.name)
        given = {**row.options(), **options}
        found = together({place: held[place] for pair in whole for place in pair}, whole, asked, options=given)
    except RepscapeError:  # what is wrong is said by each comparison itself
        return {}
    if found is None:
        return {}
    return {pair: Drawn(values, found.name) for pair, values in zip(whole, found.values, strict=True)}
