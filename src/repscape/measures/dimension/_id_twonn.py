"""TwoNN: the intrinsic dimension from the ratio of the distances to the second and the first neighbour."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Curve, Estimate, normal_interval
from ..uncertainty import depth_for, error_groups
from ._dimension_error import ERRORS, TWO_NEAREST, with_error
from ._distinct import near_distances
from ._few_examples import examples_behind, flagged
from ._near_copies import LOOKED_AT, NearCopies, warn_of_near_copies
from ._posterior import posterior

DEFAULT_FRACTION = {"fit": 0.9, "mle": 1.0, "trimmed": 0.9, "bayes": 1.0}
Estimator = Literal["fit", "mle", "trimmed", "bayes"]


@within_memory
def id_twonn(
    g_or_X: Any,
    *,
    estimator: Estimator = "fit",
    fraction: float | None = None,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "sandwich", "subsamples", "model"] | None = "auto",
    n_over_sum: bool = False,
    prior: tuple[float, float] = (2.0, 5.0),
    groups: Any = None,
) -> Estimate:
    r"""Intrinsic dimension by TwoNN: how fast the ratio mu = r2 / r1 of neighbour distances falls off.

    On a d-dimensional manifold sampled with locally constant density, mu follows a Pareto law with exponent d [1]_.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least two neighbours and their distances, or the points.
    estimator : {"fit", "mle", "trimmed", "bayes"}
        "fit": slope through the origin of -log(1 - F(mu)) against log mu over the smallest `fraction` of the ratios [1]_.
        "mle": maximum likelihood, (N - 1) / sum log mu [2]_; with `fraction` < 1 the likelihood of the censored sample.
        "trimmed": the N_eff smallest ratios as if they were the whole sample, N_eff / sum log mu. Biased upwards by a
        constant factor (1.344 at .9, 1.087 at .98); kept because exercises ask for it.
        "bayes": posterior mean under a Gamma(`prior`) prior, (a + N) / (b + sum log mu).
    fraction : float in (0, 1], optional
        Share of the smallest ratios that is used. None: .9 for fit and trimmed, 1 for mle and bayes.
    duplicates : {"merge", "drop", "raise"}
        "merge" counts identical rows as one point, and rows that differ by rounding alone: those within the graph's
        `copy_bound` (64 eps of the dtype, 2 of half precision, times the median length of a row) of the first of their
        group. Where there are any, options["near_copies"] counts them and options["copy_bound"] says how near that is.
        "drop" leaves out every point that has a copy (biased upwards); "raise" refuses.
    error : {"auto", "sandwich", "subsamples", "model", None}
        "sandwich": the likelihood's scores, with the products of linked points; for "mle" and "bayes". "subsamples": the
        spread over 100 random quarters of the points; for the others. "auto" is whichever belongs to the estimator, or the
        nearest that a graph allows, and ``options["error"]`` says which: both need indices, subsamples some 20 neighbours;
        from points, 64 are looked up. "model": d / sqrt(N used), the peers' value, and the posterior for "bayes":
        neighbouring points share neighbours, so it is 16 to 43 % too small.
    n_over_sum : bool
        "mle" as N / sum log mu, which is biased by N / (N - 1).
    prior : (shape, rate)
        Of the Gamma prior of "bayes".
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes, over random subsets of whole groups.

    Returns
    -------
    Estimate
        value > 0; per_point is None. replicates (100,) are over nine tenths of the rows that came in, a point being drawn when
        its first row is. details: "used" (ratios used), "mean_log_mu"; "subset_share", which part of the points of a subset
        has two neighbours of its own in the graph; for "bayes" also "prior_pull", the relative change that the prior makes.
        "near_copies": points with a neighbour far nearer than the dimension allows: r2 / r1, or r3 / r2 up to r16 / r15, is
        beyond (n / .01)^(1 / d), which the largest of n ratios r2 / r1 exceeds in one data set of a hundred, d being the
        dimension further out (r8 / r4), which near copies hardly move. "without_near_copies": the value with one point for
        each group of them. "near_copies_decide": whether it differs by more than a fifth; then a RepscapeWarning says so.
        With an error "n_eff", on how many points it rests, near copies of one another counted as one: below 20 (and half of
        what evenly filled dimensions have), or where near copies move the value by more than its error, options["rests_on"]
        says "few examples", and nothing is concluded of it.

    Raises
    ------
    InputError
        If `fraction` is out of range: "fit" cannot take 1 (the last ordinate is infinite), "bayes" takes 1 only.
    DegenerateDataError
        If fewer than 3 distinct points are left, or all ratios are 1.
    GraphDepthError
        If the graph is too shallow for "sandwich" or "subsamples", asked for by name.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Estimating the intrinsic dimension of datasets by a minimal
       neighborhood information. Scientific Reports 7, 12140.
    .. [2] Denti, Doimo, Laio, Mira (2022). The generalized ratios intrinsic dimension estimator. Scientific Reports 12, 20005.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((2000, 2)) @ np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
    >>> round(rs.id_twonn(X, estimator="mle").value, 1)
    2.0
    """
    name = "id_twonn"
    used_fraction = check_estimator(name, estimator, fraction)
    _check.choice(error, "error", name, ERRORS)
    near = near_distances(g_or_X, 2, duplicates=duplicates, function=name, deeper=max(LOOKED_AT, depth_for(error)))
    log_mu = np.log(near.lengths[:, 1] / near.lengths[:, 0])
    found = dimension_of_ratios(
        log_mu, estimator, used_fraction, function=name, n_over_sum=n_over_sum, prior=prior, error=error
    )
    kind = "mle" if estimator == "bayes" else estimator  # in a subset the prior would weigh more

    def of_subset(ratios: npt.NDArray[np.float64]) -> float:
        return dimension_of_ratios(ratios, kind, used_fraction, function=name, error=None).value

    def of_lengths(lengths: npt.NDArray[np.float64]) -> float:
        return of_subset(np.log(lengths[:, 1] / lengths[:, 0]))

    if error not in ("model", None):
        together = error_groups(groups, near.rows, error=error, function=name)
        found = with_error(found, near, log_mu, error=error, statistic=of_subset, groups=together)
    options = {**found.options, "duplicates": duplicates, **near.conventions}
    copies = NearCopies.of(near)
    details = {**found.details, **copies.details(found.value, of_lengths, TWO_NEAREST)}
    used = np.minimum(log_mu, np.quantile(log_mu, used_fraction))
    found = replace(found, dropped=near.dropped, options=options, details=details)
    found = flagged(found, examples_behind(used, copies)) if error is not None else found
    warn_of_near_copies(found, name)
    return found


def id_twonn_ratios(
    mu: Any,
    *,
    estimator: Estimator = "fit",
    fraction: float | None = None,
    error: Literal["auto", "model"] | None = "auto",
    n_over_sum: bool = False,
    prior: tuple[float, float] = (2.0, 5.0),
) -> Estimate | Curve:
    """Intrinsic dimension from saved ratios mu = r2 / r1.

    Parameters
    ----------
    mu : (points,), (repeats, points) or (layers, repeats, points) array
        Ratios, at least 1. Repeats are independent draws of the same layer (decimation).
    estimator, fraction, n_over_sum, prior
        As in :func:`id_twonn`.
    error : {"auto", "model", None}
        "model", as in :func:`id_twonn`: ratios alone do not say who shares neighbours. "auto" is "model".

    Returns
    -------
    Estimate or Curve
        For one layer an Estimate: over repeats, the mean, with the standard error sd / sqrt(repeats); details "repeats"
        has each value. For several layers a Curve over "layer" 0, 1, ... with the same mean and error at each.

    Raises
    ------
    InputError
        If mu is not finite, is below 1, or has another number of axes.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> mu = np.random.default_rng(0).random((3, 20, 500)) ** (-1 / np.array([2.0, 5.0, 9.0]))[:, None, None]
    >>> rs.id_twonn_ratios(mu, estimator="mle").values.round().tolist()
    [2.0, 5.0, 9.0]
    """
    name = "id_twonn_ratios"
    used_fraction = check_estimator(name, estimator, fraction)
    _check.choice(error, "error", name, ("auto", "model", None))
    log_mu = np.log(_checked_ratios(mu, name))
    keywords: dict[str, Any] = {"function": name, "n_over_sum": n_over_sum, "prior": prior, "error": error}

    def one(ratios: npt.NDArray[np.float64]) -> Estimate:
        return dimension_of_ratios(ratios, estimator, used_fraction, **keywords)

    if log_mu.ndim == 1:
        return one(log_mu)
    layers = [_over_repeats([one(draw) for draw in layer]) for layer in np.atleast_3d(log_mu.T).T]
    if log_mu.ndim == 2:
        return layers[0]
    stderr = np.array([math.nan if layer.stderr is None else layer.stderr for layer in layers])
    return Curve(
        x=np.arange(len(layers), dtype=np.float64),
        values=np.array([layer.value for layer in layers]),
        x_name="layer",
        n=layers[0].n,
        stderr=stderr,
        options=layers[0].options,
        details={"repeats": np.stack([layer.details["repeats"] for layer in layers])},
    )


def _checked_ratios(mu: Any, name: str) -> npt.NDArray[np.float64]:
    array = np.asarray(mu)
    if array.dtype.kind not in "fiu" or array.ndim not in (1, 2, 3) or array.shape[-1] < 3 or array.size == 0:
        raise InputError(
            f"mu of {name} must hold numbers, with shape (points,), (repeats, points) or (layers, repeats, points) and "
            f"at least 3 points. Got dtype {array.dtype} and shape {array.shape}."
        )
    _check.finite(array, "mu", name)
    if (array < 1).any():
        raise InputError(f"mu of {name} must be at least 1, since r2 >= r1. Got {array.min()}.")
    return array.astype(np.float64, copy=False)


def _over_repeats(draws: list[Estimate]) -> Estimate:
    values = np.array([draw.value for draw in draws])
    mean = float(values.mean())
    if len(draws) == 1:
        return replace(draws[0], details={**draws[0].details, "repeats": values})
    stderr = float(values.std(ddof=1) / math.sqrt(len(draws)))
    return Estimate(
        value=mean,
        n=draws[0].n,
        stderr=stderr,
        interval=normal_interval(mean, stderr),
        options={**draws[0].options, "error": "sd over repeats / sqrt(repeats)"},
        details={"repeats": values},
    )


def check_estimator(function: str, estimator: str, fraction: float | None) -> float:
    """Refuse an estimator or fraction that does not exist; return the fraction to use."""
    _check.choice(estimator, "estimator", function, DEFAULT_FRACTION)
    if fraction is None:
        return DEFAULT_FRACTION[estimator]
    _check.number(fraction, "fraction", function, low=0, high=1, open_ends="l")
    if estimator == "bayes" and fraction != 1:
        raise InputError(f"fraction of {function} must be 1 with estimator='bayes'. Got {fraction!r}.")
    if estimator == "fit" and fraction == 1:
        raise InputError(
            f"fraction of {function} must be below 1 with estimator='fit', whose last ordinate is infinite there. "
            "For all points use estimator='mle'."
        )
    return float(fraction)


def dimension_of_ratios(
    log_mu: npt.NDArray[np.float64],
    estimator: str,
    fraction: float,
    *,
    function: str,
    n_over_sum: bool = False,
    prior: tuple[float, float] = (2.0, 5.0),
    error: str | None = "auto",
) -> Estimate:
    """Estimate the dimension from log mu of N points; the part that all callers share."""
    n = log_mu.size
    used = n if fraction == 1 else int(n * fraction)
    if used < 2:
        raise InputError(f"fraction={fraction} of {function} leaves {used} of {n} ratios; at least 2 are needed.")
    smallest = np.sort(log_mu)[:used]
    if smallest[-1] <= 0:
        raise DegenerateDataError(
            f"{function} cannot tell a dimension: all {used} ratios used are 1 (every point has its two nearest "
            "neighbours at the same distance, as on a grid)."
        )
    details: dict[str, Any] = {"used": used, "mean_log_mu": float(log_mu.mean())}
    options: dict[str, Any] = {"estimator": estimator, "fraction": fraction, "error": "model" if error else None}
    if estimator == "bayes":
        options["prior"] = list(prior)
        value, stderr, interval, details["prior_pull"] = posterior(log_mu, prior, function)
    else:
        value = _point_value(smallest, estimator, n, n_over_sum)
        stderr = value / math.sqrt(used)
        interval = normal_interval(value, stderr)
    if estimator == "mle":
        options["n_over_sum"] = n_over_sum
    kept = {"stderr": stderr, "interval": interval} if error else {}
    return Estimate(value=value, n=n, options=options, details=details, **kept)  # type: ignore[arg-type]


def _point_value(smallest: npt.NDArray[np.float64], estimator: str, n: int, n_over_sum: bool) -> float:
    used = smallest.size
    if estimator == "fit":
        ordinate = -np.log1p(-np.arange(1, used + 1) / n)
        return float(smallest @ ordinate / (smallest @ smallest))
    total = float(smallest.sum())
    if estimator == "trimmed":
        return used / total
    total += (n - used) * float(smallest[-1])  # the rest is known only to lie beyond the last ratio used
    return (used if n_over_sum else used - 1) / total
