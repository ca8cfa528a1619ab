"""RTD: whether the same clusters and loops stand at the same examples, by persistent homology (the extra "topology")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.spatial.distance import squareform

from ... import _check, _random
from ...errors import DegenerateDataError
from ...machine import check_memory, within_memory
from .._result import Estimate
from ..points import IntArray, rows_of
from ._held import FloatArray, Held, held_estimate
from ._pair import Inference, ready
from ._pair_error import Parts
from ._rdm import dissimilarities
from ._ripser import bars

NAME = "sim_rtd"
QUANTILE = 0.9
SMALL = 1e-6  # of the mean: smaller distances are none


@within_memory
def sim_rtd(
    X: Any,
    Y: Any,
    *,
    dimension: Literal[1, 2] = 1,
    batch: int | None = None,
    trials: int = 10,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Representation topology divergence of two representations of the same examples.

    Both matrices of distances are divided by their .9 quantile. The bars of the cross-barcode, of the matrix that holds [0,
    r; r, min(r, s)] for the distances r and s, last while the examples are connected in one representation and not yet in the
    other [1]_. Their summed length is taken both ways, and the mean of the two is the value. Costs grow like n^3 and more:
    take a few hundred examples.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    dimension : {1, 2}
        Of the bars: 1 sees clusters that merge differently, 2 loops.
    batch : int of at least 4, optional
        Examples of a random part; None: all of them.
    trials : int
        With `batch`, random parts over which the value is averaged.
    error : {"auto", "subsample", None}
        "subsample": over 20 random halves of the examples (with `groups`, of the groups). Halves have fewer and longer bars,
        and do not show how far the value varies, so that "auto" is None.
    permutations : int
        Shuffles of the examples of Y, for p_value, chance and calibrated; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size.
    within : (n,) array, optional
        Strata: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value of at least 0; higher means less alike. details: "there" and "back", the two ways.

    Raises
    ------
    InputError
        If the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Barannikov, Trofimov, Balabin, Burnaev (2022). Representation topology divergence: a method for comparing neural
       network representations. ICML 39.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 40, 6))
    >>> rs.sim_rtd(X, 3 * X, error=None).value < 1e-5 < rs.sim_rtd(X, noise, error=None).value
    True
    """
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**32))  # every comparison takes the same parts
    options = {"dimension": dimension, "batch": batch, "trials": trials if batch else None}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    _check.choice(dimension, "dimension", NAME, (1, 2))
    _check.integer(trials, "trials", NAME, low=1)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)
    if batch is not None:
        _check.integer(batch, "batch", NAME, low=4, high=sides[0].n, why="n")
    source = _random.generator(rng, NAME)
    parts = [source.permutation(sides[0].n)[:batch] for _ in range(trials)] if batch else [np.arange(sides[0].n)]

    def ways(first: Held, second: Held) -> tuple[float, float]:
        some = [part[part < first.n] for part in parts] if batch else [np.arange(first.n)]
        pairs = [_normalised(first, second, rows) for rows in some]
        there, back = ([_length(pair[a], pair[1 - a], dimension) for pair in pairs] for a in (0, 1))
        return float(np.mean(there)), float(np.mean(back))

    there, back = ways(*sides)
    return held_estimate(
        sides,
        lambda first, second: sum(ways(first, second)) / 2,
        function=NAME,
        asked=asked,
        options=options,
        details={"there": there, "back": back},
        bounds=(0.0, np.inf),
        less=True,
        parts=Parts(auto=False),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side: distances over their quantile."""
    source = rows_of(X, name, NAME, axis="examples")
    n = source.shape[0]
    check_memory(64 * n**2, f"{NAME}, for the distances of {n:,} examples,")
    away = squareform(
        np.concatenate(list(dissimilarities(source, name, NAME, metric="euclidean", axis="examples").pieces()))
    )
    if not float(np.quantile(away, QUANTILE)) > 0:
        raise DegenerateDataError(f"{name} of {NAME} must hold points that differ: nine tenths of all distances are 0.")
    return Held(source, lambda rows: prepare(rows, options, name), grids={"away": away})


def _normalised(first: Held, second: Held, rows: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the distances of some examples over their quantile."""
    r, s = (side.grids["away"][np.ix_(rows, rows)] for side in (first, second))
    return r / np.quantile(r, QUANTILE), s / np.quantile(s, QUANTILE)


def _length(r: FloatArray, s: FloatArray, dimension: int) -> float:
    """Return the summed length of the bars of the first representation against the second."""
    matrix: FloatArray = np.block([[np.zeros_like(r), r], [r, np.minimum(r, s)]])
    matrix[matrix < SMALL * float(r.mean())] = 0.0
    found = bars(matrix, dimension, function=NAME)
    return float((found[:, 1] - found[:, 0]).sum())
