"""What all similarities share: two representations of the same examples, a value, its error and its null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from ... import _check, _random
from ...errors import InputError
from .._result import Estimate
from ..points import IntArray
from ..uncertainty import Spread, shuffle_null, subsample_error

Error = Literal["auto", "subsample"] | None
ERRORS = ("auto", "subsample", None)
AUTO_ROWS = 300
"""Up to so many examples the error comes by itself: twenty half-samples then cost little."""
AUTO_LEAST = 12


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

    def check(self, function: str, errors: tuple[str | None, ...] = ERRORS) -> None:
        """Refuse what is not allowed, before anything is computed."""
        _check.choice(self.error, "error", function, errors)
        _check.integer(self.permutations, "permutations", function, low=0)
        _random.generator(self.rng, function)


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
    spread: tuple[str, Spread] | None = None,
    chance: float | None = None,
    less: bool = False,
) -> Estimate:
    """Add the error and the null that were asked for; `spread` is an error that was had on the way, with its name."""
    first, second = sides
    rng = _random.generator(asked.rng, function)
    error, found = spread or (None, None)
    if asked.error == "subsample" or (asked.error == "auto" and spread is None and AUTO_LEAST <= first.n <= AUTO_ROWS):
        try:
            found = subsample_error(
                lambda rows: compare(first.subset(rows), second.subset(rows)), first.n, value=value, rng=rng
            )
            error = "subsample"
        except InputError:
            if asked.error == "subsample":  # "auto" gives an error where there is one: halves may be too few
                raise
    null = None
    if asked.permutations:
        null = shuffle_null(
            lambda order: compare(first, second.shuffled(order)),
            first.n,
            value=value,
            permutations=asked.permutations,
            rng=rng,
            less=less,
        )
    return Estimate(
        value=value,
        n=first.n,
        stderr=found.stderr if found else None,
        interval=found.interval if found else None,
        p_value=null.p_value if null else None,
        chance=null.mean if null else chance,
        options={**options, "error": error, "null": f"{asked.permutations} shuffles of the examples" if null else None},
        details=details,
    )
