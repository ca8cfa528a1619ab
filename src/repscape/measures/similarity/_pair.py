"""What all similarities share: two representations of the same examples, a value, its error and its null."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import InputError
from .._result import Estimate
from ..points import IntArray
from ..uncertainty import Exchanges, Null, exchanges, shuffle_null, with_null, within_bounds
from ._pair_error import HALVES, PairError, Parts, error_by_parts

FloatArray = npt.NDArray[np.float64]
Error = Literal["auto", "subsample"] | None
ERRORS = ("auto", "subsample", None)


class Prepared(Protocol):
    """One representation, ready for comparisons: everything that does not depend on the other side is done."""

    @property
    def n(self) -> int:
        """Examples."""

    @property
    def nbytes(self) -> int:
        """Memory it holds."""

    def subset(self, rows: IntArray) -> Any:
        """The same for some of the examples, everything worked out anew."""

    def shuffled(self, order: IntArray) -> Any:
        """The same with the examples in another order."""


SideT = TypeVar("SideT", bound=Prepared)


@dataclass(frozen=True, slots=True)
class Inference:
    """How a caller wants the error and the null."""

    error: str | None
    permutations: int
    rng: Any
    groups: Any = None
    within: Any = None

    def check(self, function: str, errors: tuple[str | None, ...] = ERRORS) -> None:
        """Refuse what is not allowed, before anything is computed."""
        _check.choice(self.error, "error", function, errors)
        _check.integer(self.permutations, "permutations", function, low=0)
        _random.generator(self.rng, function)

    def free(self, n: int, function: str) -> Exchanges:
        """Return what may change places with what among n examples."""
        return exchanges(n, self.groups, self.within, function=function)


def ready(
    X: Any,
    Y: Any,
    *,
    kind: type[SideT],
    prepare: Callable[[Any, Mapping[str, Any], str], SideT],
    options: Mapping[str, Any],
) -> tuple[SideT, SideT]:
    """Return both sides prepared; a side that comes prepared, as in a study, is taken as it is."""
    first, second = (
        side if isinstance(side, kind) else prepare(side, options, name) for side, name in ((X, "X"), (Y, "Y"))
    )
    return first, second


def pair_estimate(
    sides: tuple[SideT, SideT],
    compare: Callable[[SideT, SideT], float],
    *,
    function: str,
    value: float,
    asked: Inference,
    options: Mapping[str, Any],
    details: Mapping[str, Any],
    own_error: Callable[[IntArray | None], PairError | None] | None = None,
    bounds: tuple[float, float] = (-math.inf, math.inf),
    chance: float | None = None,
    closed: Callable[[], Null | None] | None = None,
    less: bool = False,
    parts: Parts = HALVES,
) -> Estimate:
    """Add the error and the null that were asked for. options["rests_on"] says where few examples decide.

    `own_error` gives, for groups (n,) or None, the error of "auto" and of any name but "subsample"; a measure without one has
    that of random `parts`. `closed` gives the null whose moments are known under free relabelling:
    its mean is the chance.
    """
    first, second = sides
    free = asked.free(first.n, function)
    found: PairError | None = None
    if asked.error is not None and asked.error != "subsample" and own_error is not None:
        found = own_error(free.groups)
        if found is None and asked.error != "auto":
            raise InputError(
                f"error={asked.error!r} of {function} needs at least twice as many examples as dimensions. "
                f"Got {first.n} examples; take error=None, or fewer dimensions."
            )
    elif asked.error == "subsample" or (asked.error == "auto" and parts.auto):
        must = asked.error == "subsample"
        found = error_by_parts(
            lambda rows: compare(first.subset(rows), second.subset(rows)),
            first.n,
            value=value,
            function=function,
            parts=parts,
            groups=free.groups,
            must=must,
        )
    result = Estimate(
        value=value,
        n=first.n,
        stderr=found.spread.stderr if found else None,
        interval=within_bounds(value, found.spread.interval, low=bounds[0], high=bounds[1]) if found else None,
        chance=chance,
        options={
            **options,
            "error": found.name if found else None,
            "null": None,
            **(found.few if found else {}),
        },
        details={
            **details,
            **({} if found is None or math.isnan(found.n_eff) else {"n_eff": found.n_eff}),
        },
        replicates=found.replicates if found else None,
    )
    how: dict[str, Any] = {"asked": asked, "function": function, "bounds": bounds, "less": less}
    return _with_its_null(result, sides, compare, chance=chance, closed=closed, **how)


def _with_its_null(  # house: what was compared and how, and what is known of its chance
    result: Estimate,
    sides: tuple[SideT, SideT],
    compare: Callable[[SideT, SideT], float],
    *,
    asked: Inference,
    function: str,
    chance: float | None,
    closed: Callable[[], Null | None] | None,
    bounds: tuple[float, float],
    less: bool,
) -> Estimate:
    """Set the value beside its relabellings, or beside the moments that are known of them."""
    first, second = sides
    free = asked.free(first.n, function)
    moments = closed() if closed is not None and free.free else None
    if not asked.permutations:
        if moments is None:
            return result
        return with_null(result, moments, less=less, bounds=bounds, name="exact moments", known=moments.mean)
    null = shuffle_null(
        lambda order: compare(first, second.shuffled(order)),
        first.n,
        value=result.value,
        permutations=asked.permutations,
        rng=_random.generator(asked.rng, function),  # of an int the same orders for all pairs
        within=free.within,
        groups=free.groups,
        less=less,
    )
    known = moments.mean if moments else chance if free.free else None
    name = null_name(asked.permutations, free)
    return with_null(result, null, less=less, bounds=bounds, name=name, known=known)


def null_name(permutations: int, free: Exchanges) -> str:
    """Return what the null of a similarity is called."""
    return f"{permutations} shuffles of the {free.name}"
