"""Representational similarity analysis: how alike the dissimilarity matrices of two representations are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ... import _check, _random
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray
from ..uncertainty import Spread
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PARTS, PairError, error_by_influence
from ._rdm import Metric, dissimilarities, pair_places, pairs_of
from ._rdm_compare import COMPARATORS, HELD_BYTES, Side, compared, side_of, streamed_side
from ._rdm_influence import WITH_INFLUENCE, influence
from ._rsa_null import closed_null
from ._rsa_null import nulls as nulls

NAME = "sim_rsa"
ERRORS = ("auto", "influence", "subsample", "bootstrap", None)
BOOTSTRAPS = 200
Compare = Literal[
    "pearson", "spearman", "rho_a", "kendall", "kendall_a", "cosine", "whitened_cosine", "whitened_pearson"
]  # fmt: skip


@within_memory
def sim_rsa(
    X: Any,
    Y: Any,
    *,
    metric: Metric = "cosine",
    compare: Compare = "pearson",
    axis: Literal["examples", "units"] = "examples",
    error: Literal["auto", "influence", "subsample", "bootstrap"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Similarity of the dissimilarity matrices (RDMs) of two representations of the same examples.

    Each side becomes the dissimilarities of every two of its n examples [1]_; the two lists of n (n - 1) / 2 numbers are then
    compared.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples (conditions).
    Y : (n, p) array
        Another of the same examples, row by row.
    metric : {"cosine", "correlation", "euclidean", "sqeuclidean"}
        Dissimilarity of two examples, as in :func:`rdm`.
    compare : {"pearson", "spearman", "rho_a", "kendall", "kendall_a", "cosine", "whitened_cosine", "whitened_pearson"}
        Correlation, rank correlation, the same as if ties were broken at random, Kendall's tau-b or tau-a, cosine; cosine and
        correlation after the noise that pairs with a condition in common share is made white [2]_ (the whitened cosine of
        metric="sqeuclidean" is the linear CKA).
    axis : {"examples", "units"}
        "units": the units (columns) are the conditions; both sides then have the same units, of any two sets of examples.
    error : {"auto", "influence", "subsample", "bootstrap", None}
        "influence": what each condition says of the value, from all its pairs; for "pearson", "spearman" and "cosine", at any
        n. "subsample": 20 random parts, half of the conditions and 500 at most. "bootstrap": 200 draws of conditions with
        replacement, pairs of a condition with itself left out. "auto": "influence" where there is one, else "subsample".
    permutations : int
        Shuffles of the conditions of Y, for p_value and chance.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size. Copies that are shuffled one by one reject a true null always.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the bootstrap and the shuffles.

    Returns
    -------
    Estimate
        value in [-1, 1]; higher means more alike. chance: 0 for correlations; of the cosine by exact moments, else the mean
        over the shuffles. details: "n_eff", on how many conditions an error by influence rests; "null_mean", "null_sd" and
        "null_threshold", from exact moments of free relabelling (inner products only) or from the shuffles.

    Raises
    ------
    InputError
        If the sides are of different numbers of examples, or a row has no direction (cosine, correlation).
    DegenerateDataError
        If all dissimilarities of a side are equal.
    MemoryBudgetError
        If ranks of more than about 16,000 conditions are asked for; the other comparators stream.

    References
    ----------
    .. [1] Kriegeskorte, Mur, Bandettini (2008). Representational similarity analysis. Frontiers in Systems Neuroscience 2.
    .. [2] Diedrichsen, Berlot, Mur, Schuett, Shahbazi, Kriegeskorte (2021). Comparing representational geometries using
       whitened unbiased-distance-matrix similarity. Neurons, Behavior, Data analysis, and Theory 5.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(40, 5))
    >>> round(rs.sim_rsa(X, 3 * X[:, ::-1]).value, 9), rs.sim_rsa(X, X[:, :3], compare="spearman").value > 0.3
    (1.0, True)
    """
    options = {"metric": metric, "compare": compare, "axis": axis}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ERRORS)
    sides = ready(X, Y, kind=Side, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)
    return judged(sides, asked=asked, options=options, function=NAME)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Side:
    """Do all that does not depend on the other side."""
    compare = _check.choice(options["compare"], "compare", NAME, COMPARATORS)
    source = dissimilarities(X, name, NAME, metric=options["metric"], axis=options["axis"])
    if 8 * pairs_of(source.n) <= HELD_BYTES:
        return side_of(np.concatenate(list(source.pieces())), compare, name=name, function=NAME)
    points = np.asarray(X) if options["axis"] == "examples" else np.asarray(X).T

    def again(rows: IntArray) -> Side:
        return prepare(points[rows], {**options, "axis": "examples"}, name)

    return streamed_side(source.pieces, source.n, compare, name=name, function=NAME, again=again)


def judged(sides: tuple[Side, Side], *, asked: Inference, options: Mapping[str, Any], function: str) -> Estimate:
    """Compare two prepared RDMs, with the error and the null that were asked for."""
    compare = options["compare"]
    if asked.error == "influence" and compare not in WITH_INFLUENCE:
        raise InputError(
            f"error='influence' of {function} goes with compare={', '.join(map(repr, WITH_INFLUENCE))}. Got {compare!r}."
        )
    value = compared(*sides)

    def own_error(by: IntArray | None) -> PairError:
        if asked.error == "bootstrap":
            return PairError("bootstrap", _bootstrap(*sides, value=value, rng=asked.rng))
        return error_by_influence("influence", value, influence(*sides, value), groups=by)

    return pair_estimate(
        sides,
        compared,
        function=function,
        value=value,
        asked=asked,
        own_error=own_error if compare in WITH_INFLUENCE or asked.error == "bootstrap" else None,
        bounds=(-1.0, 1.0),
        options=options,
        details={},
        parts=PARTS,
        chance=None if "cosine" in compare else 0.0,
        closed=lambda: closed_null(*sides),
    )


def _bootstrap(first: Side, second: Side, *, value: float, rng: Any) -> Spread:
    """Return the error over conditions drawn with replacement; a condition is not compared with itself."""
    if first.vector is None:
        raise InputError(
            "error='bootstrap' of sim_rsa leaves pairs out, which needs RDMs that are held (up to 16,000 conditions). Take "
            "error='subsample'."
        )
    source = _random.generator(rng, NAME)
    values: list[float] = []
    while len(values) < BOOTSTRAPS:
        rows = np.sort(source.integers(first.n, size=first.n))
        if np.unique(rows).size < 3 or (pair_places(rows, first.n) >= 0).sum() < 3:
            continue  # of very few conditions a draw may hold one or two only
        try:
            values.append(compared(first.subset(rows), second.subset(rows)))
        except DegenerateDataError:  # a draw in which all dissimilarities are equal says nothing
            continue
    return Spread.of(value, float(np.std(values, ddof=1)), np.inf)
