"""One representation as most similarities hold it: arrays with a row, or a row and a column, for each example."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._result import Estimate
from ..points import IntArray, Ties
from ..uncertainty import Null
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PARTS, PairError, Parts, error_by_influence

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """One side, ready for comparisons; what is relabelled moves with its examples."""

    source: npt.NDArray[Any]
    """(n, d) as it came."""
    again: Callable[[npt.NDArray[Any]], Held]
    """Prepares other rows in the same way."""
    rows: Mapping[str, FloatArray] = field(default_factory=dict)
    """Arrays with a row for each example."""
    grids: Mapping[str, FloatArray] = field(default_factory=dict)
    """Arrays with a row and a column for each example."""
    lists: IntArray | None = None
    """(n, k) examples that each example lists."""
    tied: Ties = None
    """(n, k) or more: which of them are as far as the one before."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """What no order changes."""

    @property
    def n(self) -> int:
        """Examples."""
        return int(self.source.shape[0])

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        arrays = [*self.rows.values(), *self.grids.values(), *([] if self.lists is None else [self.lists])]
        return int(self.source.nbytes + sum(array.nbytes for array in arrays))

    @property
    def neighbours(self) -> IntArray:
        """The lists."""
        return np.asarray(self.lists)

    def subset(self, rows: IntArray) -> Held:
        """Prepare some of the examples."""
        return self.again(self.source[rows])

    def shuffled(self, order: IntArray) -> Held:
        """Return the examples in another order."""
        lists = None
        if self.lists is not None:
            place = np.empty_like(order)
            place[order] = np.arange(order.size)
            lists = place[self.lists[order]]
        return replace(
            self,
            source=self.source[order],
            rows={name: array[order] for name, array in self.rows.items()},
            grids={name: array[np.ix_(order, order)] for name, array in self.grids.items()},
            lists=lists,
            tied=None if self.tied is None else self.tied[order],
        )


def held_estimate(  # house: the comparison, and all that a result says of it
    sides: tuple[Held, Held],
    compare: Callable[[Held, Held], float],
    *,
    function: str,
    asked: Inference,
    options: Mapping[str, Any],
    details: Mapping[str, Any] | None = None,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    less: bool = False,
    closed: Callable[[], Null] | None = None,
    parts: Parts = PARTS,
    own_error: Callable[[IntArray | None], PairError | None] | None = None,
) -> Estimate:
    """Compare two sides, with the error and the null that were asked for."""
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), function)
    return pair_estimate(
        sides,
        compare,
        function=function,
        value=compare(*sides),
        asked=asked,
        options=options,
        details=details or {},
        bounds=bounds,
        closed=closed,
        less=less,
        parts=parts,
        own_error=own_error,
    )


def difference_of_sides(
    X: Any,
    Y: Any,
    prepare: Callable[..., Held],
    *,
    function: str,
    asked: Inference,
    options: Mapping[str, Any],
    bounds: tuple[float, float],
) -> Estimate:
    """Compare two representations by one number of each, `fixed["value"]`, whichever example is which.

    `rows["influence"]` (n,): what each example does to that number; the difference has the difference of both.
    """
    refuse_permutations(asked.permutations, function=function)
    asked.check(function, ("auto", "influence", "subsample", None))
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), function)
    value = float(sides[0].fixed["value"]) - float(sides[1].fixed["value"])
    influence = np.sign(value) * (sides[0].rows["influence"] - sides[1].rows["influence"])
    return held_estimate(
        sides,
        lambda first, second: abs(float(first.fixed["value"]) - float(second.fixed["value"])),
        function=function,
        asked=asked,
        options=options,
        details={"x": sides[0].fixed["value"], "y": sides[1].fixed["value"]},
        bounds=bounds,
        less=True,
        own_error=lambda by: error_by_influence("influence", abs(value), influence, groups=by),
    )


def refuse_permutations(permutations: int, *, function: str) -> None:
    """Refuse a null by relabelling of what no relabelling changes."""
    if _check.integer(permutations, "permutations", function, low=0):
        raise InputError(
            f"permutations of {function} must be 0: it does not ask which example is which, and relabelling changes nothing. "
            f"Got {permutations}; compare the value with its error."
        )


def constant(lengths: FloatArray, sizes: FloatArray) -> npt.NDArray[np.bool_]:
    """Say which units are the same for all examples, by the lengths of centred units and their largest entries."""
    found: npt.NDArray[np.bool_] = ~(lengths > 1e-12 * np.maximum(sizes, 1e-300))
    return found


def refuse_constant(constant: npt.NDArray[np.bool_], *, name: str, function: str) -> None:
    """Refuse units that are the same for all examples: they have no correlation."""
    flat = np.flatnonzero(constant)
    if flat.size:
        shown = ", ".join(map(str, flat[:5])) + (" ..." if flat.size > 5 else "")
        raise InputError(
            f"{name} of {function} must hold no constant unit, which has no correlation. Units {shown} are constant "
            f"({flat.size} of {constant.size}); leave them out: {name}[:, {name}.std(axis=0) > 0]."
        )
