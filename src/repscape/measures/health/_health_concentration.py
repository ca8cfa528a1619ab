"""Distance concentration: are all points about equally far from each other?

Mean and variance of the squared distances over all pairs come from moments of the points: cost n d^2 (or n^2 d where d > n), no
matrix of pairs.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import centred, compact, cross
from ..uncertainty import (
    MOMENTS,
    by_group,
    error_groups,
    few_examples,
    heavy_tailed,
    replicates_of_influence,
    within_bounds,
)

FloatArray = npt.NDArray[np.float64]
NAME = "health_concentration"


@within_memory
def health_concentration(
    X: Any, *, error: Literal["auto", "influence"] | None = "auto", groups: Any = None
) -> Estimate:
    r"""Standard deviation of the squared distance of two points, over its mean.

    Over all pairs of different points, exactly. Where it nears 0, the nearest point is hardly nearer than any other, and
    neighbours mean little [1]_. Independent normal dimensions give sqrt(2 / d).

    Parameters
    ----------
    X : (n, d) array
        Points.
    error : {"auto", "influence", None}
        "influence": from the derivative of the value by each point; the interval allows for the few far points that lead it.
        "auto" is "influence", and none where the value rests on fewer than 100 points.
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Estimate
        value >= 0, small where distances concentrate. details: "mean" and "sd" of the squared distances; "equivalent", 2 /
        value^2, the number of independent normal dimensions of equal variance in which distances concentrate as much;
        "n_eff", on how many points (groups, where given) the value rests: with error="influence" and fewer than 20,
        options["rests_on"] says "few examples".

    Raises
    ------
    DegenerateDataError
        If all points are identical.

    References
    ----------
    .. [1] Beyer, Goldstein, Ramakrishnan, Shaft (1999). When is "nearest neighbor" meaningful? ICDT, 217-235.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 50))
    >>> round(rs.health_concentration(X).value, 2), round(rs.health_concentration(X).details["equivalent"])
    (0.2, 51)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    points = compact(centred(X, "X", NAME, precision="float64"))
    n = points.n
    together = error_groups(groups, n, error=error, function=NAME)
    rows: FloatArray = points.block(0, n)
    scale = float(np.abs(rows).max())
    rows = rows / scale  # fourth powers of what is left do not overflow
    first, second = _sums(rows, cross(*[replace(points, source=rows, mean=np.zeros(points.d))] * 2))
    pairs = n * (n - 1)
    mean, mean_square = float(first.sum()) / pairs, float(second.sum()) / pairs
    variance = max(0.0, mean_square - mean**2)
    value = math.sqrt(variance) / mean
    # value^2 = E D^2 / (E D)^2 - 1 for the squared distance D; each point stands in a pair on either side.
    slope = 2 * second / (n - 1) / mean**2 - 4 * mean_square * first / (n - 1) / mean**3
    influence = slope / (2 * value) if value > 0 else np.zeros(n)
    spread, n_eff = heavy_tailed(value, influence, together)
    few = few_examples(n_eff)
    if error == "auto" and n_eff < MOMENTS:  # the few far points that lead it may be others in another sample
        error, few = None, {}
    return Estimate(
        value=value,
        n=n,
        stderr=spread.stderr if error else None,
        interval=within_bounds(value, spread.interval, low=0.0) if error else None,
        options={"error": "influence" if error else None, **few},
        details={
            "mean": mean * scale**2,
            "sd": math.sqrt(variance) * scale**2,
            "equivalent": 2 / value**2 if value > 0 else math.inf,
            "n_eff": n_eff,
        },
        replicates=replicates_of_influence(by_group(influence, together)) if error else None,
    )


def _sums(rows: FloatArray, products: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return for each of n centred points the sums over all others of the squared distance and of its square.

    With a = |x|^2: sum_j (a_i + a_j - 2 x_i x_j)^2 = n a_i^2 + sum a^2 + 4 x_i C x_i + 2 a_i sum a - 4 x_i sum_j a_j x_j, where
    C is the sum of x x^T and sum_j x_j = 0.
    """
    n = rows.shape[0]
    a = np.einsum("ij,ij->i", rows, rows)
    across = np.einsum("ij,ij->i", rows @ products, rows)
    first = n * a + a.sum()
    second = n * a**2 + (a**2).sum() + 4 * across + 2 * a * a.sum() - 4 * rows @ (a @ rows)
    return first, second
