"""What a measure returns: a number or a curve, with its error and the conventions that were used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from .._types import Brief, Markup, bars, brief, card, element, line, span
from ..errors import InputError
from ._rounded import rounded

FloatArray = npt.NDArray[np.float64]
NORMAL_95 = 1.959963984540054
BINS = 24
SAID = 160  # characters of the options on a card


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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Estimate(Brief, _Equal):
    """One number, its uncertainty, and how it was made.

    Examples
    --------
    >>> found = Estimate(value=21.043, n=500, stderr=0.68)
    >>> float(found), str(found), f"{found:.2f}"
    (21.043, '21.0 ± 0.7', '21.04')
    """

    value: float
    """The estimate."""
    n: int
    """Points that entered it."""
    stderr: float | None = None
    """Standard error, by the method named in ``options["error"]``."""
    interval: tuple[float, float] | None = None
    """95 % interval."""
    p_value: float | None = None
    """Probability of a value at least as extreme under the null named in ``options["null"]``; None without one, also where that
    says why there is none."""
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
    calibrated: float | None = None
    """How far the value lies beyond what unrelated data pass in 5 % of samples, as a share of the way from there to the best
    value there can be: 0 where it does not, 1 at best. None without a null, of fewer than 19 relabellings, where nothing is
    the best, or where ties that both sides break by index may be a part of it."""
    null: FloatArray | None = None
    """(draws,) the values under relabelled examples; results of the same examples are relabelled alike, so that the largest of
    several has a null too."""
    replicates: FloatArray | None = None
    """(draws,) deviations of the value over random subsets of the examples, scaled so that their standard deviation is a
    standard error. The subsets depend on n alone: results on the same examples may be compared draw by draw."""

    def __float__(self) -> float:
        return float(self.value)

    def __format__(self, spec: str) -> str:
        return format(float(self.value), spec) if spec else str(self)

    def __str__(self) -> str:
        return rounded(float(self.value), self.stderr) + said_of_spread(self.options)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the value on its interval, and how it was made."""
        interval = None if self.interval is None else f"{_said(self.interval[0])} to {_said(self.interval[1])}"
        if self.interval is not None and self.interval[1] == np.inf:
            interval = f"at least {_said(self.interval[0])}"
        if interval is not None and "interval" in self.options:
            interval = f"{interval} ({self.options['interval']})"
        picture = span(float(self.value), self.interval, chance=self.chance, said=str(self))
        each = Markup("")
        if self.per_point is not None and (held := self.per_point[np.isfinite(self.per_point)]).size:
            counts = np.histogram(held, bins=BINS)[0]
            said = f"of each example: {_said(held.min())} to {_said(held.max())}"
            each = element("div", bars(counts, said=said), " ", element("small", said))
        facts = {"95 % interval": interval, "chance": self.chance, "p": self.p_value, "calibrated": self.calibrated}
        facts["note"] = note_of(self) or None
        return card(str(self), _facts(self, facts), picture, each)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Curve(Brief, _Equal):
    """A number as a function of scale or size, with its uncertainty, and how it was made.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> curve = rs.id_gride(X, max_rank=8)
    >>> curve.x_name, curve.x.tolist(), curve.values.shape, curve.stderr.shape
    ('rank', [2.0, 4.0, 8.0], (3,), (3,))
    """

    x: FloatArray
    """(m,) where the values stand."""
    values: FloatArray
    """(m,) the estimates."""
    x_name: str
    """What x is, e.g. "rank". "points" and "examples" are sizes of subsets, "training examples" what a probe learned from: of
    these it is said whether the value still moves with them."""
    n: int
    """Points that entered it."""
    stderr: FloatArray | None = None
    """(m,) standard errors, NaN where there is none, by the method named in ``options["error"]``."""
    interval: FloatArray | None = None
    """(m, 2) 95 % intervals, each for itself; where none are given, of a normal estimate with that standard error."""
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
        for name in ("x", "values", "stderr", "interval"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.x.ndim != 1 or self.values.shape != self.x.shape:
            raise InputError(
                f"x and values of Curve must be of one length. Got {self.x.shape} and {self.values.shape}."
            )
        if self.stderr is not None and self.stderr.shape != self.x.shape:
            raise InputError(f"stderr of Curve must have one entry for each value. Got {self.stderr.shape}.")
        if self.interval is None and self.stderr is not None:
            reach = NORMAL_95 * self.stderr[:, None] * np.array([-1.0, 1.0])
            object.__setattr__(self, "interval", self.values[:, None] + reach)
        if self.interval is not None and self.interval.shape != (self.x.size, 2):
            raise InputError(
                f"interval of Curve must be ({self.x.size}, 2), low and high at each x. Got {self.interval.shape}."
            )

    def __str__(self) -> str:
        if not self.x.size:
            return f"no values over {self.x_name}"
        errors = [None] * self.x.size if self.stderr is None else self.stderr.tolist()
        first, last = (f"{rounded(self.values[i], errors[i])} at {self.x[i]:g}" for i in (0, -1))
        return f"{first} … {last} ({self.x_name})" if self.x.size > 1 else f"{first} ({self.x_name})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the curve with its 95 % intervals, and how it was made."""
        low, high = (None, None) if self.interval is None else self.interval.T
        picture = line(self.x, self.values, low, high, chance=self.chance, said=str(self))
        along = f"{self.x.min():g} to {self.x.max():g}, {self.x.size} values" if self.x.size else "no values"
        return card(str(self), _facts(self, {self.x_name: along, "chance": self.chance}), picture)


def said_of_spread(options: Mapping[str, Any]) -> str:
    """Return what a ± is of, where it is no error over examples."""
    return f" (over {options['spread_over']})" if "spread_over" in options else ""


def note_of(result: Estimate | Curve) -> str:
    """Return what tables and figures say beside the value: ``details["note"]``."""
    return str(result.details.get("note") or "")


def normal_interval(value: float, stderr: float) -> tuple[float, float]:
    """95 % interval of a normal estimate."""
    return value - NORMAL_95 * stderr, value + NORMAL_95 * stderr


def _facts(result: Estimate | Curve, own: Mapping[str, object]) -> dict[str, object]:
    """Return what a card tells of a result: what there is of it."""
    told = {
        name: _said(entry) if isinstance(entry, float) else entry for name, entry in own.items() if entry is not None
    }
    told["examples"] = f"{result.n:,}" + (f", {result.dropped:,} merged or left out" if result.dropped else "")
    if result.options:
        told["options"] = ", ".join(f"{name}={brief(value, SAID // 2)}" for name, value in result.options.items())
    if result.details:
        told["details"] = ", ".join(map(str, result.details))
    return told


def _said(value: float) -> str:
    return f"{value:.4g}"
