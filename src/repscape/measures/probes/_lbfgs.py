"""L-BFGS for many independent convex problems at once: one evaluation serves all that are still moving.

Each problem has its own step length, memory and end; a problem that is done leaves the batch, so its cost ends there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Evaluate = Callable[[Array, IntArray], tuple[FloatArray, Array, FloatArray]]
Precondition = Callable[[Array, FloatArray, IntArray], Array]
MEMORY = 10  # steps that each problem remembers
SUFFICIENT = 1e-4  # share of the promised descent that a step must give
SHORTEST = 1e-10  # a step shorter than this is lost in rounding


def minimise(  # house: the parts of a solver
    theta: Array, which: IntArray, evaluate: Evaluate, precondition: Precondition, *, tol: float, max_passes: int
) -> tuple[FloatArray, IntArray]:
    """Minimise smooth convex functions, those at `which` of the rows of `theta`, in place; stop when no gradient exceeds `tol`.

    evaluate(theta of some, which) returns their values, gradients and curvatures; precondition(vectors, curvatures, which)
    multiplies by a guess at the inverse Hessian. Returns the largest entry of each gradient and the evaluations it took.
    """
    steepest, passes = np.full(len(theta), np.inf), np.zeros(len(theta), dtype=np.int64)
    state = _State(theta[which], *evaluate(theta[which], which), which)
    passes[which] += 1
    while True:
        slope = np.abs(state.gradient).max(axis=tuple(range(1, theta.ndim)))
        theta[state.which], steepest[state.which] = state.theta, slope
        moving = (slope > tol) & (passes[state.which] < max_passes) & ~state.stuck
        if not moving.any():
            return steepest[which], passes[which]
        if not moving.all():
            state = state.at(moving)
        _step(state, evaluate, precondition, passes=passes)


@dataclass(slots=True)
class _State:
    """The problems that still move."""

    theta: Array
    value: FloatArray
    gradient: Array
    curvature: FloatArray
    which: IntArray
    stuck: npt.NDArray[np.bool_] = field(init=False)
    steps: list[Array] = field(default_factory=list)
    changes: list[Array] = field(default_factory=list)
    inverse: list[FloatArray] = field(default_factory=list)
    """1 / (step . change of gradient), 0 where that pair is of no use."""

    def __post_init__(self) -> None:
        self.stuck = np.zeros(self.which.size, dtype=bool)

    def at(self, chosen: npt.NDArray[np.bool_]) -> _State:
        """Keep some of the problems."""
        kept = _State(
            self.theta[chosen], self.value[chosen], self.gradient[chosen], self.curvature[chosen], self.which[chosen]
        )
        kept.steps = [entry[chosen] for entry in self.steps]
        kept.changes = [entry[chosen] for entry in self.changes]
        kept.inverse = [entry[chosen] for entry in self.inverse]
        return kept

    def remember(self, step: Array, change: Array) -> None:
        """Keep the last few pairs; one whose product is lost in rounding counts for nothing."""
        product = _dot(step, change)
        usable = product > np.finfo(step.dtype).eps * np.sqrt(_dot(step, step) * _dot(change, change))
        self.steps.append(step)
        self.changes.append(change)
        self.inverse.append(np.where(usable, 1 / np.where(usable, product, 1.0), 0.0))
        for kept in (self.steps, self.changes, self.inverse):
            del kept[:-MEMORY]

    def direction(self, precondition: Precondition) -> Array:
        """Two-loop recursion."""
        vector = self.gradient.copy()
        shares = []
        for step, change, inverse in zip(self.steps[::-1], self.changes[::-1], self.inverse[::-1], strict=True):
            shares.append(inverse * _dot(step, vector))
            vector -= _by(shares[-1], change)
        vector = precondition(vector, self.curvature, self.which)
        for step, change, inverse, share in zip(self.steps, self.changes, self.inverse, shares[::-1], strict=True):
            vector += _by(share - inverse * _dot(change, vector), step)
        return -vector


def _step(state: _State, evaluate: Evaluate, precondition: Precondition, *, passes: IntArray) -> None:
    """Move every problem downhill, each by its own step length."""
    direction = state.direction(precondition)
    slope = _dot(direction, state.gradient)
    length = np.ones(slope.size)
    slack = 16 * np.finfo(state.theta.dtype).eps * np.abs(state.value)
    before, came_from = state.gradient.copy(), state.theta.copy()
    trying = np.arange(slope.size)
    value = state.value.copy()
    while trying.size:
        theta = came_from[trying] + _by(length[trying], direction[trying])
        found, gradient, curvature = evaluate(theta, state.which[trying])
        passes[state.which[trying]] += 1
        enough = found <= value[trying] + SUFFICIENT * length[trying] * slope[trying] + slack[trying]
        done = trying[enough]
        state.theta[done], state.value[done] = theta[enough], found[enough]
        state.gradient[done], state.curvature[done] = gradient[enough], curvature[enough]
        # The parabola through what is known says where to look next, within reason.
        promised = length[trying] * slope[trying]
        rise = np.maximum(found - value[trying] - promised, np.finfo(float).tiny)
        length[trying] *= np.clip(-promised / (2 * rise), 0.1, 0.5)
        trying = trying[~enough & (length[trying] > SHORTEST)]
    state.remember(state.theta - came_from, state.gradient - before)
    state.stuck = length <= SHORTEST


def _dot(a: Array, b: Array) -> FloatArray:
    """Products of F vectors."""
    width = a[0].size
    products: Array = np.einsum("fd,fd->f", a.reshape(-1, width), b.reshape(-1, width))
    return products.astype(np.float64)


def _by(factors: FloatArray, vectors: Array) -> Array:
    """Multiply each of F vectors by its factor."""
    return factors.astype(vectors.dtype).reshape(-1, *(1 for _ in vectors.shape[1:])) * vectors
