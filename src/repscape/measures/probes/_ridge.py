"""Ridge regressions of many training sets and penalties: one Gram matrix for each part, added up for every union of parts."""

from __future__ import annotations

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ...machine import single_threaded_products
from ._design import Array, Design, FloatArray
from ._logistic import Fits, Solution


def solve_ridge(design: Design, values: FloatArray, fits: Fits) -> Solution:
    """Minimise the squared error plus penalty times the squared weights, in closed form; intercepts are free."""
    frames = design.frames(fits.sets)
    products, totals = _sums(design, values)
    theta = np.zeros((fits.count, 1, design.d + 1), design.points.dtype)
    sets, which = np.unique(fits.sets, axis=0, return_inverse=True)
    which = which.ravel()
    with single_threaded_products():
        for place, parts in enumerate(sets):
            own = np.flatnonzero(which == place)
            frame = frames.at(own[0])
            gram = products[parts].sum(axis=0)
            mean = totals[parts].sum(axis=0)[-1] / frame.n
            cross = gram[:-1, -1] - frame.n * frame.shift * mean
            scaled = (gram[:-1, :-1] - frame.n * np.outer(frame.shift, frame.shift)) / np.outer(
                frame.scale, frame.scale
            )
            for fit in own:
                penalised = scaled + fits.penalty[fit] * np.eye(design.d)
                factor = cho_factor(penalised, lower=True, overwrite_a=True, check_finite=False)
                theta[fit, 0, :-1] = cho_solve(factor, cross / frame.scale, check_finite=False)
                theta[fit, 0, -1] = mean
    return Solution(theta, frames, np.zeros(fits.count), np.ones(fits.count, dtype=np.int64))


def _sums(design: Design, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return, for each part, the products and the sums of the standardised features and the value, in float64."""
    width = design.d + 1
    products, totals = np.zeros((design.parts, width, width)), np.zeros((design.parts, width))
    for piece in design.pieces():
        for part, rows, block in design.blocks(piece):
            both: Array = block.astype(np.float64)
            both[:, -1] = values[rows]
            products[part] += both.T @ both
            totals[part] += both.sum(axis=0)
    return products, totals
