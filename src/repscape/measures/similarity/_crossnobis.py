"""Dissimilarities of conditions from repeated noisy measurements: cross-validated, so that noise does not make them larger."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, inv

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from ..points import rows_of

FloatArray = npt.NDArray[np.float64]
SHRINKAGE = ("shrinkage_diag", "shrinkage_eye", "full", "diag")


@within_memory
def rdm_crossnobis(
    X: Any,
    conditions: Any,
    folds: Any,
    *,
    precision: Any = None,
    unbalanced: Literal["refuse", "pairs", "rsatoolbox"] = "refuse",
) -> FloatArray:
    """Return the crossnobis dissimilarity of every two conditions.

    The squared Mahalanobis distance of two conditions, with the difference taken once from one fold (run, session) and once
    from the others, over the number of channels: 0 on average where two conditions do not differ, and at times below [1]_.

    Parameters
    ----------
    X : (n, d) array
        Measurements (trials or estimates) of d channels.
    conditions : (n,) array
        What each is a measurement of; sorted in the result.
    folds : (n,) array
        Runs or sessions whose noise is independent.
    precision : (d, d) array, optional
        Inverse covariance of the noise, as :func:`noise_precision` estimates it. None: channels count alike.
    unbalanced : {"refuse", "pairs", "rsatoolbox"}
        What becomes of conditions that some fold lacks: an error, or every pair is averaged over the pairs of folds that hold
        both conditions, single folds against single folds. "rsatoolbox": as its ``calc_rdm_unbalanced`` has it, of balanced
        designs too: mean products of single measurements of different folds, within either condition less twice those between
        them. It uses folds that hold only one of the two, and weighs folds by their measurements, but where these are unequal
        the distance depends on where 0 lies: a constant added to a channel changes it.

    Returns
    -------
    (c (c - 1) / 2,) array
        Condensed, as :func:`rdm`.

    Raises
    ------
    InputError
        If there are fewer than two folds, a fold lacks a condition (under "refuse"), two conditions are never in two folds
        together ("pairs"), a condition is in one fold alone or two conditions in the same one alone ("rsatoolbox"), or
        precision is no symmetric (d, d) matrix.

    References
    ----------
    .. [1] Walther, Nili, Ejaz, Alink, Kriegeskorte, Diedrichsen (2016). Reliability of dissimilarity measures for multi-voxel
       pattern analysis. NeuroImage 137.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> conditions, folds = np.tile(np.arange(3), 200), np.repeat(np.arange(200), 3)
    >>> X = np.array([[0.0, 0], [0, 0], [2, 0]])[conditions] + 0.1 * rng.normal(size=(600, 2))
    >>> rs.rdm_crossnobis(X, conditions, folds).round(1).tolist()  # 0 apart, 4 over 2 channels, and again
    [0.0, 2.0, 2.0]
    """
    name = "rdm_crossnobis"
    points = rows_of(X, "X", name, axis="examples").astype(np.float64)
    n, d = points.shape
    (_, code), (runs, run) = (
        _check.codes(column, word, name, n=n) for column, word in ((conditions, "conditions"), (folds, "folds"))
    )
    _check.choice(unbalanced, "unbalanced", name, ("refuse", "pairs", "rsatoolbox"))
    if len(runs) < 2:
        raise InputError(
            f"folds of {name} must name at least 2 runs: a distance is taken across them. Got {len(runs)}."
        )
    if precision is not None:
        points = points @ _root(precision, d, name)
    count = int(code.max()) + 1
    sums, sizes = np.zeros((len(runs), count, d)), np.zeros((len(runs), count))
    np.add.at(sums, (run, code), points)
    np.add.at(sizes, (run, code), 1)
    missing = np.argwhere(sizes == 0)
    first, second = np.triu_indices(count, 1)
    if unbalanced == "rsatoolbox":
        crossed: FloatArray = _over_products(sums, sizes, name) / d
        return crossed
    if missing.size == 0:
        total, held = sums.sum(axis=0), sizes.sum(axis=0)
        found = np.zeros(first.size)
        for own, size in zip(sums, sizes, strict=True):
            here, rest = own / size[:, None], (total - own) / (held - size)[:, None]
            found += np.einsum("ij,ij->i", here[first] - here[second], rest[first] - rest[second])
        balanced: FloatArray = found / len(runs) / d
        return balanced
    if unbalanced == "refuse":
        place, condition = missing[0]
        raise InputError(
            f"folds of {name} must each hold every condition. Fold {runs[place]} lacks condition number {condition} "
            f"({len(missing)} such gaps). Take unbalanced='pairs' (or 'rsatoolbox'), or leave the condition out."
        )
    paired: FloatArray = _over_pairs(sums, sizes, first, second, name) / d
    return paired


def _over_pairs(  # house: what was measured how often, and which pairs
    sums: FloatArray, sizes: FloatArray, first: Any, second: Any, name: str
) -> FloatArray:
    """Average products of differences over the pairs of folds that hold both conditions."""
    means = sums / np.maximum(sizes, 1)[:, :, None]
    away = means[:, first] - means[:, second]
    both = (sizes[:, first] > 0) & (sizes[:, second] > 0)
    away *= both[:, :, None]
    folds = both.sum(axis=0)
    if folds.min() < 2:
        place = int(folds.argmin())
        raise InputError(
            f"conditions of {name} must meet in at least 2 folds, pair by pair. Conditions number {first[place]} and "
            f"{second[place]} do in {folds[place]}."
        )
    every = (away.sum(axis=0) ** 2).sum(axis=1) - (away**2).sum(axis=(0, 2))
    return every / (folds * (folds - 1))  # type: ignore[no-any-return]


def _over_products(sums: FloatArray, sizes: FloatArray, name: str) -> FloatArray:
    """Average products of single measurements over all pairs of rows in different folds, within and between conditions."""
    total, held = sums.sum(axis=0), sizes.sum(axis=0)
    products = total @ total.T - np.einsum("fid,fjd->ij", sums, sums)
    pairs = np.outer(held, held) - sizes.T @ sizes
    if pairs.min() <= 0:
        first, second = np.argwhere(pairs <= 0)[0]
        who = f"Condition number {first} is" if first == second else f"Conditions number {first} and {second} are"
        raise InputError(
            f"conditions of {name} must be in at least 2 folds, and so must every two together. {who} in 1."
        )
    mean = products / pairs
    own = mean.diagonal()
    first, second = np.triu_indices(len(mean), 1)
    found: FloatArray = own[first] + own[second] - 2 * mean[first, second]
    return found


def noise_precision(
    residuals: Any,
    *,
    method: Literal["shrinkage_diag", "shrinkage_eye", "full", "diag"] = "shrinkage_diag",
    dof: int | None = None,
) -> FloatArray:
    """Return the inverse covariance of noise from residuals, shrunk so that it exists.

    Parameters
    ----------
    residuals : (n, d) array
        What a model of the measurements leaves, such as measurements less the mean of their condition.
    method : {"shrinkage_diag", "shrinkage_eye", "full", "diag"}
        Shrinkage towards the diagonal [1]_ or towards equal variances [2]_, by as much as the sampling error of the entries
        says; no shrinkage; variances alone.
    dof : int, optional
        Degrees of freedom of the residuals; None: n - 1.

    Returns
    -------
    (d, d) array

    Raises
    ------
    DegenerateDataError
        If the covariance has no inverse, as without shrinkage where channels outnumber residuals.

    References
    ----------
    .. [1] Schaefer, Strimmer (2005). A shrinkage approach to large-scale covariance matrix estimation. SAGMB 4.
    .. [2] Ledoit, Wolf (2004). A well-conditioned estimator for large-dimensional covariance matrices. JMVA 88.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> noise = np.random.default_rng(0).normal(size=(2000, 2)) * [1, 2]
    >>> rs.noise_precision(noise).round(1).tolist()
    [[1.0, 0.0], [0.0, 0.3]]
    """
    name = "noise_precision"
    _check.choice(method, "method", name, SHRINKAGE)
    values = rows_of(residuals, "residuals", name, axis="examples").astype(np.float64)
    away = values - values.mean(axis=0)
    n, d = away.shape
    free = _check.integer(n - 1 if dof is None else dof, "dof", name, low=1)
    covariance = away.T @ away / free
    if method == "diag":
        covariance = np.diag(covariance.diagonal())
    elif method == "shrinkage_eye":
        covariance = _towards_equal(away, n) * n / free
    elif method == "shrinkage_diag":
        covariance = _towards_diagonal(away, covariance, free)
    if np.linalg.matrix_rank(covariance) < d:
        raise DegenerateDataError(
            f"residuals of {name} give a covariance without an inverse: {n} residuals of {d} channels with method={method!r}. "
            "Take 'shrinkage_diag', and leave out channels that are constant."
        )
    inverse: FloatArray = inv(covariance)
    return inverse


def _towards_equal(away: FloatArray, n: int) -> FloatArray:
    """Ledoit and Wolf: a multiple of the identity takes the share that the sampling error of the entries has."""
    sample = away.T @ away / n
    d = sample.shape[0]
    level = np.trace(sample) / d
    spread = ((sample - level * np.eye(d)) ** 2).sum() / d
    noise = (((away**2).T @ (away**2)).sum() / n - (sample**2).sum()) / (n * d)
    share = min(noise, spread) / spread if spread > 0 else 0.0
    return share * level * np.eye(d) + (1 - share) * sample  # type: ignore[no-any-return]


def _towards_diagonal(away: FloatArray, covariance: FloatArray, free: int) -> FloatArray:
    """Schaefer and Strimmer: correlations are multiplied by one less the share that their sampling error has."""
    n = away.shape[0]
    spread = np.sqrt(covariance.diagonal())
    scaled = away / np.where(spread > 0, spread, 1.0)
    mean = scaled.T @ scaled / (n - 1)
    variance = n / free**2 * ((scaled**2).T @ (scaled**2) / (n - 1) - mean**2)
    off = ~np.eye(len(mean), dtype=np.bool_)
    total = (mean[off] ** 2).sum()
    share = min(1.0, max(0.0, float(variance[off].sum() / total))) if total > 0 else 1.0
    shrunk: FloatArray = np.where(off, (1 - share) * covariance, covariance)
    return shrunk


def _root(precision: Any, d: int, name: str) -> FloatArray:
    """Return L with L L' = precision."""
    given = np.asarray(precision, dtype=np.float64)
    if given.shape != (d, d) or not np.allclose(given, given.T, rtol=1e-8, atol=1e-12 * float(np.abs(given).max())):
        raise InputError(f"precision of {name} must be a symmetric ({d}, {d}) matrix. Got shape {given.shape}.")
    try:
        root: FloatArray = cholesky(given, lower=True)
    except np.linalg.LinAlgError as error:
        raise InputError(f"precision of {name} must be positive definite: {error}.") from error
    return root
