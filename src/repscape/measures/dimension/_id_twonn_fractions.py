"""TwoNN against the share of the ratios that is kept: how much the estimate owes to the rule that drops the largest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ...machine import within_memory
from .._result import Curve, Estimate
from ..uncertainty import depth_for
from ._dimension_error import TWO_NEAREST, Way
from ._distinct import NearDistances, near_distances
from ._id_twonn import check_estimator, dimension_of_ratios
from ._near_copies import DECIDE, LOOKED_AT, NUMBER, WITHOUT, NearCopies, warn_of_near_copies

USUAL = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@within_memory
def id_twonn_fractions(  # house: one curve, one return
    g_or_X: Any,
    *,
    estimator: Literal["fit", "mle", "trimmed"] = "mle",
    fractions: Sequence[float] | None = None,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "model"] | None = "auto",
) -> Curve:
    """Intrinsic dimension by TwoNN as a function of the fraction of the smallest ratios that is kept.

    The customary rule keeps 90 % of the ratios. A curve that is level says that the choice does not matter; one that falls
    or rises towards 1 shows what the largest ratios, those of the sparsest points, do to the number.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least two neighbours and their distances, or the points.
    estimator : {"mle", "fit", "trimmed"}
        As in :func:`id_twonn`. "mle" is the censored likelihood, which is level on ideal data; "trimmed" is not: it treats
        the kept ratios as the whole sample, and so falls towards the value at 1 whatever the data.
    fractions : sequence of float in (0, 1], optional
        Where the curve stands; by default .1, .2, ... .9, .95 and 1, for "fit" without the 1, which it cannot take.
    duplicates
        As in :func:`id_twonn`.
    error : {"auto", "model", None}
        "auto": the spread over 100 random quarters of the points, as :func:`id_twonn` has it for "fit"; with a graph that is
        too shallow or has no indices "model", and ``options["error"]`` says so. "model": d / sqrt(ratios used).

    Returns
    -------
    Curve
        Over x = "fraction", increasing: values > 0. details: "used" (m,), the ratios used at each; "near_copies",
        "without_near_copies" (m,) and "near_copies_decide" (m,), as in :func:`id_twonn`. replicates (100, m).

    Raises
    ------
    InputError
        If a fraction is out of range, leaves fewer than 2 ratios, or is 1 with "fit".
    DegenerateDataError
        If fewer than 3 distinct points are left, or all ratios used are 1.

    References
    ----------
    .. [1] Facco, d'Errico, Rodriguez, Laio (2017). Scientific Reports 7, 12140.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).random((3000, 3))
    >>> rs.id_twonn_fractions(X, fractions=[0.5, 0.9, 1]).values.round().tolist()
    [3.0, 3.0, 3.0]
    >>> rs.id_twonn_fractions(X, estimator="trimmed", fractions=[0.5, 0.9, 1]).values.round().tolist()
    [9.0, 4.0, 3.0]
    """
    name = "id_twonn_fractions"
    _check.choice(estimator, "estimator", name, ("fit", "mle", "trimmed"))
    if fractions is None:
        fractions = USUAL if estimator != "fit" else USUAL[:-1]
    _check.choice(error, "error", name, ("auto", "model", None))
    kept = sorted({check_estimator(name, estimator, fraction) for fraction in fractions})
    if not kept:
        raise InputError(f"fractions of {name} must hold at least one number in (0, 1]. Got none.")
    near = near_distances(g_or_X, 2, duplicates=duplicates, function=name, deeper=max(LOOKED_AT, depth_for(error)))
    log_mu = np.log(near.lengths[:, 1] / near.lengths[:, 0])
    found = [dimension_of_ratios(log_mu, estimator, fraction, function=name) for fraction in kept]
    stderr = np.array([one.stderr for one in found], dtype=np.float64)
    way: Way | None = None
    used: str | None = error
    if error == "auto":

        def values_of(ratios: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.array([dimension_of_ratios(ratios, estimator, f, function=name, error=None).value for f in kept])

        way = Way.of(near, values_of)
        used = "subsamples" if way.sampled else f"model: {way.why}"
    values = np.array([one.value for one in found])
    spread = way.spread(values) if way else None
    curve = Curve(
        x=np.array(kept),
        values=values,
        x_name="fraction",
        n=near.n,
        stderr=(stderr if spread is None else spread) if error else None,
        dropped=near.dropped,
        options={
            "estimator": estimator,
            "fractions": list(kept),
            "duplicates": duplicates,
            "error": used,
            **near.conventions,
        },
        details={
            "used": np.array([one.details["used"] for one in found]),
            **_near_copies(near, found, kept),
        },
        replicates=way.replicates(spread) if way and spread is not None else None,
    )
    warn_of_near_copies(curve, name)
    return curve


def _near_copies(near: NearDistances, found: list[Estimate], fractions: list[float]) -> dict[str, Any]:
    """Return the details on near copies, the values fraction by fraction."""
    copies = NearCopies.of(near)
    each = []
    for one, fraction in zip(found, fractions, strict=True):

        def value(
            lengths: npt.NDArray[np.float64], estimator: str = one.options["estimator"], f: float = fraction
        ) -> float:
            log_mu = np.log(lengths[:, 1] / lengths[:, 0])
            return dimension_of_ratios(log_mu, estimator, f, function="id_twonn_fractions", error=None).value

        each.append(copies.details(one.value, value, TWO_NEAREST))
    return {NUMBER: each[0][NUMBER], **{name: np.array([one[name] for one in each]) for name in (WITHOUT, DECIDE)}}
