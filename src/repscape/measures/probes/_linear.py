"""The linear probe of every fold: penalties chosen inside each training set, then one fit, then the held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ... import _check
from ...errors import InputError
from ._choose_penalty import choose_penalty
from ._design import Array, BoolArray, Design, FloatArray, IntArray
from ._folds import Folds
from ._held_out import Held, correctness
from ._links import Identity, Link
from ._logistic import Fits, Solution, part_losses, scan, solve
from ._ridge import solve_ridge
from ._targets import Target

PENALTIES: tuple[float, ...] = tuple(float(p) for p in np.logspace(-2, 5, 8))
ROUGHLY = 10  # choosing a penalty needs no better gradient than this many times `tol`


@dataclass(frozen=True, slots=True)
class Linear:
    """What the linear probes of some folds said."""

    held: tuple[Held, ...]
    """About rows they had not seen."""
    penalty: FloatArray
    """(outers,) chosen."""
    dev: FloatArray
    """(outers,) mean validation loss of the chosen penalty; NaN where nothing was validated."""
    solution: Solution
    """The fits of the outer training sets."""


def check_penalties(penalties: Any, function: str) -> FloatArray:
    """Return the penalties sorted, weakest first."""
    several = [penalties] if np.ndim(penalties) == 0 else list(penalties)
    if not several:
        raise InputError(f"penalties of {function} must hold at least one number. Got none.")
    checked = [_check.number(entry, "penalties", function, low=0, open_ends="l") for entry in several]
    return np.unique(np.array(checked))


@dataclass(frozen=True, slots=True)
class Regression:
    """A target on a design, and how its fits are solved."""

    design: Design
    asked: Link | Identity
    """The identity is solved by ridge regression."""
    function: str
    tol: float
    offset: float = 0.0
    unit: float = 1.0

    @classmethod
    def of(cls, rows: Design, target: Target, *, function: str, tol: float) -> Regression:
        """Values are centred and scaled, so that float32 holds them."""
        dtype = rows.points.dtype
        if target.kind != "values":
            return cls(rows, target.link(dtype), function, tol)
        offset, unit = float(target.truth.mean()), float(target.truth.std())
        return cls(rows, Identity(((target.truth - offset) / unit).astype(dtype)), function, tol, offset, unit)

    def solve(self, fits: Fits, *, start: Array | None = None, rough: bool = False) -> Solution:
        """Solve all fits together."""
        if isinstance(self.asked, Identity):
            return solve_ridge(self.design, self.asked.values.astype(np.float64), fits)
        tol = self.tol * (ROUGHLY if rough else 1)
        return solve(self.design, self.asked, fits=fits, function=self.function, start=start, tol=tol)

    def said(self, solution: Solution, rows: Sequence[IntArray], on: BoolArray) -> list[FloatArray]:
        """Return what each fit says about its rows, which are those of the parts that `on` names."""
        out = [np.empty((own.size, self.asked.outputs)) for own in rows]

        def _visit(_: FloatArray, users: IntArray, numbers: IntArray, scores: Array) -> None:
            said = self.asked.probabilities(scores)
            for place, user in enumerate(users):
                out[user][np.searchsorted(rows[user], numbers)] = said[place].T

        scan(self.design, solution, on=on, visit=_visit)
        return out


def linear_probes(regression: Regression, target: Target, folds: Folds, *, penalties: FloatArray) -> Linear:
    """Choose, fit and ask the probe of every fold."""
    chosen, dev, start = choose(regression, folds, penalties)
    return ask(regression, target, folds, penalty=penalties[chosen], dev=dev, start=start)


def ask(  # house: what each fold brings along
    regression: Regression,
    target: Target,
    folds: Folds,
    *,
    penalty: FloatArray,
    dev: FloatArray | None = None,
    start: Array | None = None,
) -> Linear:
    """Fit each fold's probe with its (outers,) penalty and ask it about the held-out rows."""
    train = np.array([outer.train for outer in folds.outers])
    test = np.array([outer.test for outer in folds.outers])
    solution = regression.solve(Fits(train, penalty), start=start)
    numbers = [folds.rows(parts) for parts in test]
    said = [_classes(entry, target, regression) for entry in regression.said(solution, numbers, test)]
    learnt = [folds.rows(parts) for parts in train]
    held = tuple(Held(*entry) for entry in zip(numbers, said, learnt, strict=True))
    return Linear(held, penalty, np.full(len(held), np.nan) if dev is None else dev, solution)


def choose(regression: Regression, folds: Folds, penalties: FloatArray) -> tuple[IntArray, FloatArray, Array | None]:
    """Return, for each outer fold, the penalty of least validation loss, that loss, and where its fit may start."""
    outers, design = folds.outers, regression.design
    given = penalties.size == 1 and not all(np.array_equal(o.train, i[0]) for o in outers for i in o.inner)
    if given:
        return np.zeros(len(outers), dtype=np.int64), np.full(len(outers), np.nan), None

    def _validated(fits: Fits, start: Array | None, on: BoolArray) -> tuple[Array, FloatArray]:
        solution = regression.solve(fits, start=start, rough=True)
        return solution.theta, part_losses(design, regression.asked, solution, on=on)

    found = choose_penalty(_validated, outers, penalties, counts=design.counts)
    return found.level, found.dev, found.start


def _classes(said: FloatArray, target: Target, regression: Regression) -> FloatArray:
    """Turn what the fits say into probabilities of all classes, or values in their own unit."""
    if target.kind == "values":
        return said[:, 0] * regression.unit + regression.offset
    if target.kind == "classes" and target.classes.size == 2:
        return np.concatenate([1 - said, said], axis=1)
    return said


def memorised(regression: Regression, target: Target, folds: Folds, *, linear: Linear) -> float:
    """Return the mean accuracy of the outer fits on the rows that they learned from."""
    train = np.array([outer.train for outer in folds.outers])
    rows = [fold.train for fold in linear.held]
    said = regression.said(linear.solution, rows, train)
    own = [Held(r, _classes(entry, target, regression), r) for r, entry in zip(rows, said, strict=True)]
    return float(np.mean([correctness(target, fold).mean() for fold in own]))
