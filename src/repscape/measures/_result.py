"""What a measure returns: a number or a curve, with its error and the conventions that were used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import InputError

FloatArray = npt.NDArray[np.float64]


def _same(a: Any, b: Any) -> bool:
    """Equal values; arrays by content and NaN equal to NaN."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
            return False
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) and isinstance(b, float) and a != a:
        return b != b
    return bool(a == b)


class _Equal:
    """Equality by content, where a field may be an array."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Estimate(_Equal):
    """One number, its uncertainty, and how it was made."""

    value: float
    """The estimate."""
    n: int
    """Points that entered it."""
    stderr: float | None = None
    """Standard error, by the method named in ``options["error"]``."""
    interval: tuple[float, float] | None = None
    """95 % interval."""
    p_value: float | None = None
    """Probability of a value at least as extreme under the null named in ``options["null"]``."""
    per_point: FloatArray | None = None
    """(n,) contribution of each point, in the order of the rows that came in."""
    chance: float | None = None
    """What unrelated data would give."""
    dropped: int = 0
    """Points merged with an identical one, or left out."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Every convention used, defaults included."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Further numbers and arrays; the function's docstring lists the keys."""
    replicates: FloatArray | None = None
    """(draws,) deviations of the value over random subsets of the examples, scaled so that their standard deviation is a
    standard error. The subsets depend on n alone: results on the same examples may be compared draw by draw."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve(_Equal):
    """A number as a function of scale or size, with its uncertainty, and how it was made."""

    x: FloatArray
    """(m,) where the values stand."""
    values: FloatArray
    """(m,) the estimates."""
    x_name: str
    """What x is, e.g. "rank"."""
    n: int
    """Points that entered it."""
    stderr: FloatArray | None = None
    """(m,) standard errors, NaN where there is none, by the method named in ``options["error"]``."""
    chance: float | None = None
    """What unrelated data would give."""
    dropped: int = 0
    """Points merged with an identical one, or left out."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Every convention used, defaults included."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Further numbers and arrays; the function's docstring lists the keys."""
    replicates: FloatArray | None = None
    """(draws, m) the same for each value as in :class:`Estimate`."""

    def __post_init__(self) -> None:
        for name in ("x", "values", "stderr"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.x.ndim != 1 or self.values.shape != self.x.shape:
            raise InputError(
                f"x and values of Curve must be of one length. Got {self.x.shape} and {self.values.shape}."
            )


NORMAL_95 = 1.959963984540054


def normal_interval(value: float, stderr: float) -> tuple[float, float]:
    """95 % interval of a normal estimate."""
    return value - NORMAL_95 * stderr, value + NORMAL_95 * stderr
