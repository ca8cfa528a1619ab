"""One meaning of a difference and its error, for words, advice, tables and the terminal.

Two results on the same examples go up and down together, so the error of their difference is not the sum of the two. Each keeps
its deviations over subsets of the examples that depend on their number alone; wherever both have them the error is that of the
deviations' difference. Otherwise the two errors are added as if they were independent, which is too much rather than too little
for results that go together. Where either has no error nothing is concluded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ..measures import Curve, Estimate
from ..results import Record

FloatArray = npt.NDArray[np.float64]
LEVEL = 0.95
ROUNDING = 1e-9
"""Values that agree to so large a part of themselves are one number: no error is smaller."""
PAIRED = "stderr_paired"
"""Detail of results whose error for comparisons over the same examples is another than their own."""
SIZES = ("points", "examples", "training examples")
"""Names of the axes of curves that run over sizes of subsets."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A value and what is known of its error."""

    value: float
    """The number; NaN where there is none."""
    stderr: float
    """Its standard error; NaN where there is none."""
    deviations: FloatArray | None = None
    """(draws,) deviations over subsets of the examples."""
    examples: Any = None
    """Which examples: values of the same ones can be compared draw by draw."""

    @property
    def spread(self) -> float:
        """Standard deviation of the deviations, the error that enters comparisons over the same examples.

        It is `stderr`, but for probes, whose error over a few folds says little of two layers: they are compared row by row.
        """
        return self.stderr if self.deviations is None else float(self.deviations.std(ddof=1))

    @classmethod
    def of(cls, record: Record) -> Sample:
        """Take the number of a record; a curve has none."""
        result = record.result
        if not isinstance(result, Estimate):
            return cls(math.nan, math.nan)
        stderr = math.nan if result.stderr is None else float(result.stderr)
        own = float(result.details.get(PAIRED, stderr)) if math.isfinite(stderr) else stderr
        return cls(float(result.value), stderr, scaled(result.replicates, own), (record.group, result.n))

    @classmethod
    def at(cls, record: Record, place: int) -> Sample:
        """Take one value of a curve."""
        curve = record.result
        if not isinstance(curve, Curve):
            return cls.of(record)
        stderr = math.nan if curve.stderr is None else float(curve.stderr[place])
        replicates = None if curve.replicates is None else curve.replicates[:, place]
        return cls(float(curve.values[place]), stderr, scaled(replicates, stderr), (record.group, curve.n))


@dataclass(frozen=True, slots=True)
class Difference:
    """One value minus another."""

    value: float
    """The difference."""
    stderr: float
    """Its standard error."""
    correlation: float = math.nan
    """Of the two values over the same subsets; NaN where their errors were added as independent."""
    degrees: float = math.inf
    """Degrees of freedom of the error."""
    varies: bool = True
    """Whether the two deviate from one another at all, beyond rounding: what never varied says nothing of other samples."""

    @property
    def reach(self) -> float:
        """Half of the 95 % interval (Student's t)."""
        return reach(self.degrees) * self.stderr

    @property
    def differs(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.value) > self.reach


def reach(degrees: float) -> float:
    """Return how many standard errors a 95 % interval reaches to either side."""
    return float(stdtrit(min(degrees, 1e9), (1 + LEVEL) / 2))


def scaled(replicates: FloatArray | None, stderr: float) -> FloatArray | None:
    """Return deviations with mean 0 and a standard deviation of `stderr`; zeros where nothing deviates, None where unknown."""
    if replicates is None or not math.isfinite(stderr) or replicates.size < 2:
        return None
    centred = replicates - replicates.mean()
    sd = float(centred.std(ddof=1))
    return np.asarray(centred * (stderr / sd)) if sd > 0 else np.zeros_like(centred)


def paired(one: Sample, other: Sample) -> bool:
    """Whether both have deviations over the same subsets of the same examples."""
    a, b = one.deviations, other.deviations
    return a is not None and b is not None and one.examples == other.examples and a.size == b.size


def difference(one: Sample, other: Sample) -> Difference | None:
    """Return one minus the other with its error, or None where either has no value or no error."""
    if not all(map(math.isfinite, (one.value, other.value, one.stderr, other.stderr))):
        return None
    least = ROUNDING * max(abs(one.value), abs(other.value))
    a, b = one.deviations, other.deviations
    if a is None or b is None or not paired(one, other):
        return Difference(one.value - other.value, max(least, math.hypot(one.stderr, other.stderr)))
    apart, product = float((a - b).std(ddof=1)), float(a.std() * b.std())
    together = float((a * b).mean()) / product if product > 0 else 0.0
    return Difference(one.value - other.value, max(least, apart), together, a.size - 1, apart > least)


def rests_on_few(record: Record) -> bool:
    """Whether a value says that it rests on few examples, so that no sample tells how it varies: it enters no conclusion."""
    return "rests_on" in record.result.options


WITHOUT, COPIES = "without_near_copies", "near_copies"
"""Details of results that look for near copies: the value with one point for each clump of them, and how many points have
one."""


def may_exceed(few: Record, other: Record, *, sign: int = 1, of: int = 1) -> bool:
    """Whether a value that rests on few examples may lie above another (below, with sign -1), among so many values.

    Where near copies decide it lies, for all that is known, between the value with them and the one without, and beyond by the
    errors; where single examples decide nothing is known.
    """
    one, best = Sample.of(few), Sample.of(other)
    if not few.result.details.get(COPIES) or not math.isfinite(one.stderr) or not math.isfinite(best.stderr):
        return True
    far = max(sign * one.value, sign * float(np.asarray(few.result.details.get(WITHOUT, math.nan))))
    reach_of_all = float(stdtrit(1e9, 1 - (1 - LEVEL) / (2 * max(of, 1))))
    return not sign * best.value - far > reach_of_all * math.hypot(one.stderr, best.stderr)


def judged(record: Record) -> bool:
    """Whether a result has a value and an error over examples, without which nothing is concluded of it."""
    if "spread_over" in record.result.options:
        return False
    held = Sample.of(record)
    return math.isfinite(held.value) and math.isfinite(held.stderr)


@dataclass(frozen=True, slots=True)
class Move:
    """How far a value goes from half of the examples to all of them."""

    by: Difference
    """The value at all of them minus that at the half."""
    end: float
    """The value at all of them."""
    half: float
    """How many the half is."""
    all: float
    """How many all are."""


def moved(curve: Curve) -> Move | None:
    """Return how far a curve over sizes of subsets still moves at its end; None where it runs over others, or has no errors.

    The value at all examples is a single one and may have no error of its own: that of the half is taken, which is larger.
    """
    if curve.x_name not in SIZES or curve.x.size < 2 or curve.stderr is None:
        return None
    end = int(curve.x.argmax())
    away = np.abs(curve.x - curve.x[end] / 2)
    away[end] = math.inf
    half = int(away.argmin())
    error, own = float(curve.stderr[half]), float(curve.stderr[end])
    value, last = float(curve.values[end] - curve.values[half]), float(curve.values[end])
    if not (math.isfinite(error) and math.isfinite(value)):
        return None
    draws = curve.details.get("draws")
    degrees = math.inf if draws is None else max(1.0, float(np.asarray(draws)[half]) - 1)
    total = max(math.hypot(error, own if math.isfinite(own) else error), ROUNDING * abs(last))
    return Move(Difference(value, total, degrees=degrees), last, float(curve.x[half]), float(curve.x[end]))
