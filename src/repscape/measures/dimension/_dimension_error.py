"""Errors that hold for dimensions from ratios of neighbour distances; how each was checked is in docs/calibration.md.

Neighbouring points share neighbours, so that errors for independent ratios are 16 to 43 % too small. Two ways count this: the
neighbour sandwich adds the products of the scores of linked points; subsamples show the spread itself. Quarters of the points
stand farther apart and read another dimension, and its spread goes with it: deviations are taken relative to the quarters'
mean. How two layers go together depends on the scale as well (layers agree more at larger distances), so that replicates are
over subsets of nine tenths, whose neighbours are nearly those of all points.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...errors import DegenerateDataError, GraphDepthError, InputError
from .._result import Estimate, normal_interval
from ..uncertainty import DEEP, LEAST_POINTS, Deviations, Spread, Surroundings, deviations, sandwich, within_bounds
from ._distinct import NearDistances

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ERRORS = ("sandwich", "subsamples", "auto", "model", None)
QUARTER, MOST = 0.25, 0.9
LINKS = 2
TWO_NEAREST = np.array([1, 2])


@dataclass(frozen=True, slots=True)
class Way:
    """What is known for the error of a dimension from the ratios r_2 / r_1."""

    near: NearDistances
    around: Surroundings | None
    sampled: Deviations | None
    """Over quarters: how far the value spreads."""
    paired: Deviations | None
    """Over nine tenths: how it goes together with that of other layers."""
    why: str
    """Why there are no subsamples, or no sandwich; empty where there are both."""

    @classmethod
    def of(
        cls, near: NearDistances, statistic: Callable[[FloatArray], float | FloatArray], groups: IntArray | None = None
    ) -> Way:
        """Look at what `statistic` of log mu does over quarters of the points, or of groups (rows,) of them."""
        around = near.surroundings(DEEP, groups=groups)
        if around is None or near.n < LEAST_POINTS:
            why = (
                "who the neighbours are is not known" if around is None else f"{near.n} points are too few to resample"
            )
            return cls(near, None, None, None, why)

        def of_lengths(lengths: FloatArray) -> float | FloatArray:
            return statistic(np.log(lengths[:, 1] / lengths[:, 0]))

        try:
            sampled, paired = (deviations(around, of_lengths, share=s, ranks=TWO_NEAREST) for s in (QUARTER, MOST))
        except (DegenerateDataError, InputError):  # a subset in which all ratios are 1, or too few are left
            sampled = paired = None
        why = "" if sampled else f"{around.k} neighbours of {near.n} points are too few for subsamples"
        return cls(near, around, sampled, paired, why)

    def spread(self, value: float | FloatArray) -> FloatArray | None:
        """Return the standard error of the value (or values) over quarters, relative to what those read; None without them."""
        if self.sampled is None:
            return None
        return np.asarray(self.sampled.scaled.std(axis=0, ddof=1) * (value / self.sampled.mean))

    def replicates(self, stderr: float | FloatArray) -> FloatArray | None:
        """Return deviations (draws,) or (draws, m) of these standard errors, which go together as those of other layers do."""
        return None if self.paired is None else rescaled(self.paired.scaled, stderr)

    def relative_sandwich(self, log_mu: FloatArray) -> float | None:
        """Return the relative standard error of the maximum likelihood estimate, or None where it cannot be had."""
        if self.around is None or self.around.k < LINKS:
            return None
        scores = 1 - log_mu * (log_mu.size / log_mu.sum())
        return math.sqrt(sandwich(scores, self.around.indices, LINKS)) / log_mu.size


def with_error(  # house: what the estimate was made of
    found: Estimate,
    near: NearDistances,
    log_mu: FloatArray,
    *,
    error: str,
    statistic: Callable[[FloatArray], float],
    groups: IntArray | None = None,
) -> Estimate:
    """Return an estimate that has the model's error with the one asked for, or the nearest to it that can be had.

    `statistic` gives the value for log mu of a subset. The sandwich belongs to the maximum likelihood estimate of all ratios;
    for the other estimators it is a stand-in, where the graph is too shallow for subsamples. With `groups` (rows,), which come
    and go together, there are subsamples alone, of whole groups.
    """
    likelihood = found.options["estimator"] in ("mle", "bayes") and found.options["fraction"] == 1
    way = Way.of(near, statistic, groups)
    relative = way.relative_sandwich(log_mu) if groups is None else None
    sampled, over_quarters = way.sampled, way.spread(found.value)
    spread: Spread | None = None
    if (error == "sandwich" and relative is None) or (error == "subsamples" and sampled is None):
        raise GraphDepthError(
            f"error={error!r} of a dimension cannot be had: {way.why or 'one neighbour is not enough'}."
        )
    said = "sandwich" if error == "sandwich" or (error == "auto" and likelihood and groups is None) else "subsamples"
    if said == "subsamples" and sampled is not None and over_quarters is not None:
        spread = Spread.of(found.value, float(over_quarters), sampled.scaled.shape[0] - 1)
    elif relative is not None:
        stderr = found.value * relative
        spread = Spread(stderr, normal_interval(found.value, stderr))
        if said == "subsamples" or not likelihood:
            said = "sandwich of the maximum likelihood" + (f": {way.why}" if said == "subsamples" else "")
    if spread is None and groups is not None:
        raise GraphDepthError(f"the error over groups of a dimension cannot be had: {way.why}.")
    if spread is None:
        return replace(found, options={**found.options, "error": f"model: {way.why or 'one neighbour is not enough'}"})
    details = {**found.details, **({"subset_share": sampled.share} if sampled is not None else {})}
    return replace(
        found,
        stderr=spread.stderr,
        interval=within_bounds(found.value, spread.interval, low=0.0),
        replicates=way.replicates(spread.stderr),
        options={**found.options, "error": said if groups is None else f"{said} of groups"},
        details=details,
    )


def rescaled(replicates: FloatArray, stderr: float | FloatArray) -> FloatArray:
    """Return replicates (draws,) or (draws, m) whose standard deviations are `stderr`."""
    spread = replicates.std(axis=0, ddof=1)
    return np.asarray(replicates * np.divide(stderr, spread, out=np.ones_like(spread), where=spread > 0))
