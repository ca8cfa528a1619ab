"""Measured dissimilarity matrices (brains, behaviour): comparing them with models, with each other, and at second level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from .._result import Estimate
from ._pair import Inference
from ._rdm import Metric, condensed
from ._rdm_compare import COMPARATORS, compared, same_conditions, side_of
from ._rsa_boot import ceiling
from ._sim_rsa import ERRORS, Compare, judged, prepare

FloatArray = npt.NDArray[np.float64]


def compare_rdms(
    first: Any,
    second: Any,
    *,
    compare: Compare = "pearson",
    error: Literal["auto", "subsample", "bootstrap"] | None = "auto",
    permutations: int = 0,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Compare two dissimilarity matrices of the same conditions, such as a model's and a brain's.

    Parameters
    ----------
    first, second : (n, n) or (n (n - 1) / 2,) arrays
        Symmetric with zeros on the diagonal, or the upper triangle as :func:`rdm` gives it.
    compare, error, permutations, rng
        As in :func:`sim_rsa`.

    Returns
    -------
    Estimate
        As of :func:`sim_rsa`.

    Raises
    ------
    InputError
        If a matrix is not symmetric, holds NaN, or they are of different conditions.
    DegenerateDataError
        If all dissimilarities of a matrix are equal.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> round(rs.compare_rdms([1, 2, 3], [2, 4, 7], error=None).value, 3)
    0.993
    """
    name = "compare_rdms"
    asked = Inference(error, permutations, rng)
    asked.check(name, ERRORS)
    _check.choice(compare, "compare", name, COMPARATORS)
    sides = tuple(
        side_of(condensed(values, word, name), compare, name=word, function=name)
        for values, word in ((first, "first"), (second, "second"))
    )
    same_conditions(sides[0], sides[1], name)
    return judged((sides[0], sides[1]), asked=asked, options={"compare": compare}, function=name)


def rsa_noise_ceiling(rdms: Any, *, compare: Compare = "pearson") -> tuple[float, float]:
    """Return how well the true model could do, given how much measured matrices differ from one another.

    Parameters
    ----------
    rdms : (s, n, n) or (s, n (n - 1) / 2) array
        Measured matrices of the same n conditions, s >= 2 (subjects, sessions).
    compare : str
        Comparator, as in :func:`sim_rsa`.

    Returns
    -------
    low, high : float
        Mean similarity of each matrix to the mean of the others, and to the mean of all [1]_. Before averaging, matrices are
        brought to what the comparator sees: standardised, ranked, or scaled. For Kendall's tau this mean of ranks is only
        close to the best one.

    Raises
    ------
    InputError
        If there are fewer than two matrices, or one is not symmetric or holds NaN.

    References
    ----------
    .. [1] Nili et al. (2014). A toolbox for representational similarity analysis. PLoS Computational Biology 10.

    Examples
    --------
    >>> import repscape as rs
    >>> low, high = rs.rsa_noise_ceiling([[1, 2, 3], [1, 3, 4], [2, 3, 3]])
    >>> round(low, 2), round(high, 2)
    (0.95, 0.98)
    """
    name = "rsa_noise_ceiling"
    _check.choice(compare, "compare", name, COMPARATORS)
    vectors = [condensed(one, f"matrix {place}", name) for place, one in enumerate(rdms)]
    if len(vectors) < 2 or len({vector.size for vector in vectors}) > 1:
        raise InputError(
            f"rdms of {name} must hold at least 2 matrices of the same conditions. Got {len(vectors)} with "
            f"{', '.join(str(vector.size) for vector in vectors)} pairs."
        )
    sides = [side_of(vector, compare, name=f"matrix {place}", function=name) for place, vector in enumerate(vectors)]
    return ceiling(sides, np.ones(len(sides), dtype=np.int64), function=name)


def second_level_rdm(
    layers: Mapping[str, Any], *, metric: Metric = "cosine", compare: Compare = "pearson"
) -> tuple[list[str], FloatArray]:
    """Return the dissimilarity of the dissimilarity matrices of layers, models and measurements.

    Parameters
    ----------
    layers : mapping of str to (n, d) array
        Representations of the same n examples, each prepared once.
    metric, compare : str
        As in :func:`sim_rsa`.

    Returns
    -------
    names : list of str
        As given.
    distances : (m (m - 1) / 2,) array
        1 - similarity of every two; `embed(squareform(distances), method="mds", metric="precomputed")` draws them.

    Raises
    ------
    InputError
        If there are fewer than two, or they are of different examples.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(30, 4))
    >>> names, distances = rs.second_level_rdm({"a": X, "b": 2 * X, "c": X[:, :1] ** 3}, metric="euclidean")
    >>> names, bool(distances[0] < 1e-12 < distances[1])
    (['a', 'b', 'c'], True)
    """
    name = "second_level_rdm"
    if len(layers) < 2:
        raise InputError(f"layers of {name} must hold at least 2 representations. Got {len(layers)}.")
    options = {"metric": metric, "compare": compare, "axis": "examples"}
    sides = [prepare(points, options, str(key)) for key, points in layers.items()]
    names = [str(key) for key in layers]
    for other, word in zip(sides[1:], names[1:], strict=True):
        _check.same_rows(sides[0].n, other.n, (names[0], word), name)
    first, second = np.triu_indices(len(sides), 1)
    return names, np.array([1 - compared(sides[i], sides[j]) for i, j in zip(first, second, strict=True)])
