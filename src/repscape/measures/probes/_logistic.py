"""Logistic regressions by the dozen: every training set and every penalty of a layer is solved in the same passes.

A pass reads each block of rows once, multiplies it with the weights of all fits that train on it, and multiplies the
residuals back: two matrix products that serve folds x penalties x classes. L-BFGS takes 10 to 30 passes where penalties are
worth choosing, because its guess at the Hessian is the whole layer's Gram matrix plus the penalty, factored once for all fits.
Each fit stops when its own gradient is small; fits that do not get there are counted in a warning.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import RepscapeWarning
from ...machine import memory_available, single_threaded_products
from ._design import LANES, Array, BoolArray, Design, FloatArray, Frames, IntArray, in_lanes
from ._lbfgs import MEMORY as STEPS_KEPT
from ._lbfgs import minimise
from ._links import Link, Loss

Sums = tuple[FloatArray, FloatArray, Array]
BLOCK_ROWS = 512  # scores of a block stay in the processor's cache
WORST = 34.5  # nats that one held-out row may cost: a probability of 1e-15
LEAST_CURVATURE = 1e-4  # a fit that is sure of everything has none, and would step to infinity


@dataclass(frozen=True, slots=True)
class Fits:
    """F fits that are solved together."""

    sets: BoolArray
    """(F, parts) which parts each learns from."""
    penalty: FloatArray
    """(F,) of the squared weights: scikit-learn's 1/C."""

    @property
    def count(self) -> int:
        """F."""
        return self.penalty.size

    def at(self, chosen: npt.NDArray[np.bool_] | IntArray) -> Fits:
        """Return some of them."""
        return Fits(self.sets[chosen], self.penalty[chosen])


@dataclass(frozen=True, slots=True)
class Solution:
    """Weights of F fits."""

    theta: Array
    """(F, outputs, d + 1) for features standardised by the fit's own training rows, the intercept last."""
    frames: Frames
    """How each fit standardises."""
    gradient: FloatArray
    """(F,) largest entry of the gradient of the mean loss."""
    passes: IntArray
    """(F,) passes that each took part in."""

    def at(self, chosen: npt.NDArray[np.bool_] | IntArray) -> Solution:
        """Return some of the fits."""
        return Solution(self.theta[chosen], self.frames.at(chosen), self.gradient[chosen], self.passes[chosen])


def solve(  # house: the options of a solver
    design: Design,
    link: Link,
    *,
    fits: Fits,
    function: str,
    frames: Frames | None = None,
    start: Array | None = None,
    tol: float = 1e-5,
    max_passes: int = 1000,
) -> Solution:
    """Minimise the mean loss plus penalty / (2 n) times the squared weights, for every fit; intercepts are free.

    Features are standardised by each fit's training rows, unless `frames` says otherwise. Warns where a gradient is still
    above `tol` after `max_passes`.
    """
    frames = design.frames(fits.sets) if frames is None else frames
    theta = np.zeros((fits.count, link.outputs, design.d + 1), design.points.dtype)
    shares = np.array([link.shares(design.order[design.part[design.order] == part]) for part in range(design.parts)])
    if start is None:
        theta[:, :, -1] = link.intercepts((fits.sets @ shares) / frames.n[:, None])
    else:
        theta[:] = start
    with single_threaded_products():
        spectrum = design.spectrum
        ridge = fits.penalty / frames.n

        def evaluate(some: Array, which: IntArray) -> tuple[FloatArray, Array, FloatArray]:
            return _evaluate(design, link, frames.at(which), (some, fits.sets[which], ridge[which]))

        def precondition(vectors: Array, curvature: FloatArray, which: IntArray) -> Array:
            return _divided(vectors, curvature, ridge[which], spectrum=spectrum)

        parts = [
            minimise(theta, own, evaluate, precondition, tol=tol, max_passes=max_passes)
            for own in _batches(fits.count, theta[0].nbytes)
        ]
    gradient, passes = (np.concatenate(entries) for entries in zip(*parts, strict=True))
    _warn(gradient, fits, tol, function)
    return Solution(theta, frames, gradient, passes)


def _batches(count: int, size: int) -> list[IntArray]:
    """Cut fits of `size` bytes of weights into batches whose memory of steps does not outgrow what is free."""
    room = max(1, memory_available() // 4 // (size * (2 * STEPS_KEPT + LANES + 8)))
    return np.array_split(np.arange(count), -(-count // room))


def _evaluate(
    design: Design, link: Link, frames: Frames, asked: tuple[Array, BoolArray, FloatArray]
) -> tuple[FloatArray, Array, FloatArray]:
    """One pass: the values, gradients and mean curvatures of the asked (weights, parts they learn from, penalty / n)."""
    theta, sets, ridge = asked
    weights = frames.outward(theta)

    def start() -> Sums:
        return np.zeros(len(theta)), np.zeros(len(theta)), np.zeros_like(theta)

    def _add(sums: Sums, part: int, rows: IntArray, block: Array) -> None:
        users = np.flatnonzero(sets[:, part])
        if users.size:
            for total, own in zip(sums, _pass(weights[users], block, rows, link=link), strict=True):
                total[users] += own

    lanes = in_lanes(design, start, _add)
    loss, curvature, gradient = (functools.reduce(np.add, sums) for sums in zip(*lanes, strict=True))
    gradient /= frames.n.astype(theta.dtype)[:, None, None]
    gradient = frames.inward(gradient)
    plain = theta[:, :, :-1]
    gradient[:, :, :-1] += ridge.astype(theta.dtype)[:, None, None] * plain
    value = loss / frames.n + ridge / 2 * np.einsum("fcd,fcd->f", plain, plain)
    return value, gradient, np.maximum(curvature / frames.n, LEAST_CURVATURE)


def _pass(weights: Array, rows: Array, numbers: IntArray, *, link: Link) -> Sums:
    """Losses, curvatures and gradients by the weights, summed over some rows, block by block."""
    fits, outputs, width = weights.shape
    flat, gradient = weights.reshape(-1, width), np.zeros((fits * outputs, width), weights.dtype)
    loss, curvature = np.zeros(fits), np.zeros(fits)
    for start in range(0, len(rows), BLOCK_ROWS):
        block = rows[start : start + BLOCK_ROWS]
        scores = (flat @ block.T).reshape(fits, outputs, len(block))
        more = link.residual(scores, numbers[start : start + BLOCK_ROWS])
        loss += more[0]
        curvature += more[1]
        gradient += scores.reshape(-1, len(block)) @ block
    return loss, curvature, gradient.reshape(weights.shape)


def _warn(gradient: FloatArray, fits: Fits, tol: float, function: str) -> None:
    worst = int(gradient.argmax())
    if gradient[worst] > tol:
        warnings.warn(
            f"{function}: {int((gradient > tol).sum())} of {fits.count} fits did not converge; the worst, with penalty "
            f"{fits.penalty[worst]:g}, stopped at a gradient of {gradient[worst]:.1e} (tol {tol:g}). Stronger penalties "
            "converge sooner.",
            RepscapeWarning,
            stacklevel=3,
        )


def scan(
    design: Design, solution: Solution, *, on: BoolArray, visit: Callable[[FloatArray, IntArray, IntArray, Array], None]
) -> FloatArray:
    """Call visit(total, fits, rows, scores (fits, outputs, rows)) for each block of rows in a part that `on` (F, parts) names.

    The totals (F, parts) begin at 0; their sum is returned.
    """
    weights = solution.frames.outward(solution.theta)

    def _add(total: FloatArray, part: int, rows: IntArray, block: Array) -> None:
        users = np.flatnonzero(on[:, part])
        if users.size:
            visit(total, users, rows, _scores(weights[users], block))

    return np.sum(in_lanes(design, lambda: np.zeros(on.shape), _add), axis=0)  # type: ignore[no-any-return]


def part_losses(design: Design, link: Loss, solution: Solution, *, on: BoolArray) -> FloatArray:
    """Return the (F, parts) summed losses of each fit over each part that `on` names."""

    def _visit(total: FloatArray, users: IntArray, rows: IntArray, scores: Array) -> None:
        total[users, design.part[rows[0]]] += np.minimum(link.loss(scores, rows), WORST).sum(axis=1)

    return scan(design, solution, on=on, visit=_visit)


def _scores(weights: Array, block: Array) -> Array:
    """(F, outputs, d + 1) weights and (rows, d + 1) rows give (F, outputs, rows) scores."""
    fits, outputs, width = weights.shape
    product: Array = weights.reshape(fits * outputs, width) @ block.T
    return product.reshape(fits, outputs, len(block))


def _divided(gradient: Array, curvature: FloatArray, ridge: FloatArray, *, spectrum: tuple[Array, Array]) -> Array:
    """Multiply (F, C, d + 1) gradients by the inverse of curvature x covariance + ridge, near the Hessian of every fit."""
    values, vectors = spectrum
    out = np.empty_like(gradient)
    flat = gradient[:, :, :-1].reshape(-1, values.size) @ vectors
    turned = flat.reshape(*gradient.shape[:2], values.size)
    turned /= (curvature[:, None] * values + ridge[:, None])[:, None].astype(turned.dtype)
    out[:, :, :-1] = (turned.reshape(flat.shape) @ vectors.T).reshape(turned.shape)
    out[:, :, -1] = gradient[:, :, -1] / curvature[:, None]
    return out
