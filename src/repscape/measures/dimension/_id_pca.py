"""Linear dimension: how many principal directions the variance of the points fills, by five criteria.

The covariance is summed block by block in float64, in its feature form (d x d) or its Gram form (n x n), whichever is smaller:
90,000 x 4,096 points need 128 MiB for it and 7.5e11 products for each thousand features.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigvalsh

from ... import _check
from ...errors import DegenerateDataError, InputError, MemoryBudgetError
from ...machine import memory_available, within_memory
from .._result import Estimate
from ..points import BLOCK_ROWS, Centred, centred, cross, products, spans
from ..uncertainty import (
    DRAWS,
    error_groups,
    influence_stderr,
    marked,
    replicates_of,
    some_examples,
    spread_by_influence,
    spread_of,
    surplus_of_pairs,
)

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ROUNDING = 1e-9  # of the value: influences below it are none
NAME = "id_pca"
ZERO = 1e-13
"""Eigenvalues below this share of the largest are rounding."""


@within_memory
def id_pca(
    X: Any,
    *,
    criterion: Literal["participation", "threshold", "kaiser", "broken_stick", "maxgap"] = "participation",
    correct: bool = False,
    share: float = 0.95,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    groups: Any = None,
) -> Estimate:
    r"""Linear dimension from the eigenvalues of the covariance: an upper bound where the points lie on a curved surface.

    Parameters
    ----------
    X : (n, d) array
        The points.
    criterion : {"participation", "threshold", "kaiser", "broken_stick", "maxgap"}
        "participation": (sum l)^2 / sum l^2, which need not be a whole number [1]_. "threshold": the fewest directions that
        hold `share` of the variance. "kaiser": eigenvalues above their mean. "broken_stick": leading eigenvalues whose share of
        the variance is above that of the pieces of a stick broken at random [2]_. "maxgap": the place of the largest ratio of
        one eigenvalue to the next.
    correct : bool
        For "participation": 1 / (1 / PR - 1 / (n - 1)). Sampling spreads the eigenvalues, so that PR lies below the value of
        the whole population: 100 equal directions read 33 from 50 points, 66 from 200; corrected 98 and 99.5 [3]_. It is n - 1
        and not n because the mean is estimated too. For Gaussian points; heavier tails leave it too low.
    share : float in (0, 1]
        For "threshold".
    error : {"auto", "influence", "subsample", None}
        For "participation" alone: a whole number has none. "influence": from the derivative of the value by each point, one
        more pass over the points, less what pairs of points count twice. "subsample":
        20 subsets of half the points without replacement. "auto": "influence".
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Estimate
        value in [1, min(n - 1, d)]; corrected it may be more. details: "spectrum" (min(n - 1, d),), the eigenvalues of the
        covariance (denominator n - 1), largest first; "cumulative", the share of the variance in the first directions; with
        an error by influence "n_eff", on how many points it rests: where they are few options["rests_on"] says so.

    Raises
    ------
    DegenerateDataError
        If all points are identical, or `correct` finds no spread of the eigenvalues beyond that of sampling.
    InputError
        If an option goes with another criterion.
    MemoryBudgetError
        If a square matrix of min(n, d) does not fit in memory.

    References
    ----------
    .. [1] Gao, Trautmann, Yu, Santhanam, Ryu, Shenoy, Ganguli (2017). A theory of multineuronal dimensionality. bioRxiv 214262.
    .. [2] Jackson (1993). Stopping rules in principal components analysis. Ecology 74, 2204-2214.
    .. [3] From E tr S^2 = (1 + 1/v) tr C^2 + (tr C)^2 / v for the covariance S of Gaussian points with v = n - 1.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(5000, 6)) * np.array([1, 1, 1, 0.05, 0.05, 0.05])
    >>> round(rs.id_pca(X).value, 1), rs.id_pca(X, criterion="maxgap").value
    (3.0, 3.0)
    """
    _check.choice(criterion, "criterion", NAME, ("participation", *COUNTS))
    _check.choice(error, "error", NAME, ("auto", "influence", "subsample", None))
    _check.number(share, "share", NAME, low=0, high=1, open_ends="l")
    whole = criterion != "participation"
    if whole and (correct or error in ("influence", "subsample")):
        wrong = "correct=True" if correct else f"error={error!r}"
        raise InputError(f"{wrong} of {NAME} goes with criterion='participation' only. Got criterion={criterion!r}.")
    points = centred(X, "X", NAME, precision="float64")
    together = _groups(groups, points.n, error=error, criterion=criterion)
    matrix = _matrix(points)
    trace, squares = float(np.trace(matrix)), float(np.einsum("ij,ij->", matrix, matrix))
    by_point = not whole and error in ("auto", "influence")
    scores, twice = None, 0.0
    if by_point:
        scores, levels, plain = _influence(points, matrix)
        twice = _doubled(points, matrix, levels, together)
    spectrum = _spectrum(points, matrix)
    options: dict[str, Any] = {"criterion": criterion, "error": None}
    if whole:
        if criterion == "threshold":
            options["share"] = share
        value, spread = float(COUNTS[criterion](spectrum, share)), {}
    else:
        options |= {"correct": correct, "error": "influence" if error == "auto" else error}
        value = _participation(trace, squares, points.n, correct)
        slope = (value * squares / trace**2) ** 2  # of the corrected value by the plain one
        if scores is not None:
            own = influence_stderr(scores, together) ** 2
            stderr = slope * math.sqrt(max(own - twice, own / 3))
            spread = spread_by_influence(value, scores * slope, stderr=stderr, groups=together)
        else:
            spread = _spread(points, value, correct=correct) if error else {}
    total = spectrum.cumsum()
    found = Estimate(
        value=value,
        n=points.n,
        options=options,
        details={"spectrum": spectrum, "cumulative": total / total[-1]},
        **spread,
    )
    return found if scores is None else marked(found, plain, together)


def _groups(groups: Any, n: int, *, error: str | None, criterion: str) -> IntArray | None:
    if groups is not None and (error == "subsample" or criterion != "participation"):
        raise InputError(
            f"groups of {NAME} go with criterion='participation' and error='auto', 'influence' or None. "
            f"Got criterion={criterion!r}, error={error!r}."
        )
    return error_groups(groups, n, error=error, function=NAME)


def _matrix(points: Centred) -> FloatArray:
    """Return the sums of products of features over points, or of points over features: the smaller one."""
    side = min(points.n, points.d)
    needed = 2 * 8 * side**2 + 3 * 8 * min(BLOCK_ROWS, points.n) * points.d
    if needed > (free := memory_available()):
        raise MemoryBudgetError(
            f"{NAME} would need {needed / 2**30:.1f} GiB for the {side:,} x {side:,} products of {points.n:,} points with "
            f"{points.d:,} features. {free / 2**30:.1f} GiB are free. Take fewer points or features."
        )
    return cross(points, points) if points.d <= points.n else products(points, 0, points.n)


def _influence(points: Centred, matrix: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what leaving out each point (n,) adds to the plain participation ratio, times n, the mean squared product of each
    point with the others, and the derivative by its weight, in which a point that outweighs all others does not cancel."""
    n = points.n
    trace, squares = float(np.trace(matrix)), float(np.einsum("ij,ij->", matrix, matrix))
    norms, across = np.empty(n), np.empty(n)  # |x|^2 and x C x
    for start, stop in spans(n, BLOCK_ROWS):
        if points.d <= n:
            block = points.block(start, stop)
            norms[start:stop] = np.einsum("ij,ij->i", block, block)
            across[start:stop] = np.einsum("ij,ij->i", block @ matrix, block)
        else:
            norms[start:stop] = matrix[np.arange(start, stop), np.arange(start, stop)]
            across[start:stop] = np.einsum("ij,ij->i", matrix[start:stop], matrix[start:stop])
    # A point's product with itself is its own alone, those with others belong to both: in the squared trace too.
    pairs = across - norms**2
    found = 2 * n * (trace * norms - norms**2 / 2) / squares
    found -= 2 * n * (trace / squares) ** 2 * (pairs + norms**2 / 2)
    slopes = 2 * n * (trace / squares * norms - (trace / squares) ** 2 * across)
    least = ROUNDING * trace**2 / squares  # of one direction alone the value is 1 whatever the points
    own, plain = (
        one if np.abs(one).max() > least else np.zeros(n) for one in (found - found.mean(), slopes - slopes.mean())
    )
    return own, pairs / (n - 1), plain


def _doubled(points: Centred, matrix: FloatArray, levels: FloatArray, groups: IntArray | None) -> float:
    """Return the variance that the influences hold twice, that of the squared products of two points."""
    squares, trace = float(np.einsum("ij,ij->", matrix, matrix)), float(np.trace(matrix))
    rows = some_examples(points.n, groups)
    some = points.at(rows)
    scale = (trace / squares) ** 2
    n, code = (points.n, None) if groups is None else (int(groups.max()) + 1, groups[rows])
    return surplus_of_pairs(scale * (some @ some.T) ** 2, scale * levels[rows], n=n, groups=code)


def _spectrum(points: Centred, matrix: FloatArray) -> FloatArray:
    """Return the variances along the principal directions, largest first; `matrix` is used up."""
    values = eigvalsh(matrix.T, overwrite_a=True, check_finite=False)[::-1]
    found: FloatArray = np.maximum(values[: min(points.n - 1, points.d)], 0.0) / (points.n - 1)
    return found


def _participation(trace: float, squares: float, n: int, correct: bool) -> float:
    inverse = squares / trace**2
    if correct:
        inverse -= 1 / (n - 1)
        if inverse <= ZERO:
            raise DegenerateDataError(
                f"correct=True of {NAME} has no value: {n} points spread evenly over all {n - 1} directions they can fill, so "
                "that sampling alone explains the eigenvalues. Take more points, or correct=False."
            )
    return max(1.0, 1 / inverse)  # 1 up to rounding on a line


def _spread(points: Centred, value: float, *, correct: bool) -> dict[str, Any]:
    """Return the fields of the result that say how far it may be off, from halves of the points."""

    def of_half(rows: npt.NDArray[np.int64]) -> float:
        half = _matrix(centred(points.source[rows], "X", NAME, precision="float64"))
        return _participation(float(np.trace(half)), float(np.einsum("ij,ij->", half, half)), rows.size, correct)

    replicates = replicates_of(of_half, points.n, draws=DRAWS, share=0.5)
    found = spread_of(replicates, value)
    return {"stderr": found.stderr, "interval": found.interval, "replicates": replicates}


def _threshold(spectrum: FloatArray, share: float) -> int:
    total = spectrum.cumsum()
    return int(np.searchsorted(total, share * total[-1] * (1 - 1e-12))) + 1


def _kaiser(spectrum: FloatArray, share: float) -> int:
    return max(1, int((spectrum > spectrum.mean() * (1 + 1e-12)).sum()))


def _broken_stick(spectrum: FloatArray, share: float) -> int:
    m = spectrum.size
    pieces = np.cumsum(1 / np.arange(m, 0, -1))[::-1] / m
    above = spectrum / spectrum.sum() > pieces
    return max(1, m if above.all() else int(np.argmin(above)))


def _maxgap(spectrum: FloatArray, share: float) -> int:
    held = spectrum[spectrum > ZERO * spectrum[0]]
    if held.size < spectrum.size or held.size == 1:
        return int(held.size)  # what follows is 0: an infinite gap
    return int(np.argmax(held[:-1] / held[1:])) + 1


COUNTS: Mapping[str, Callable[[FloatArray, float], int]] = {
    "threshold": _threshold,
    "kaiser": _kaiser,
    "broken_stick": _broken_stick,
    "maxgap": _maxgap,
}
