"""The error of a dimension that averages the local dimensions of all points over their k neighbours.

Lists of k neighbours overlap so far that the products of the neighbour sandwich are mostly noise. Halves of the points show
the spread itself: in half of the points the neighbour of rank k / 2 stands where that of rank k stands among all, so that
halves are read at half of k, at the same scale. A dimension is made of pairs of points
(`uncertainty/_subsets_graph.py` has the scaling that follows). The error falls with n and k as the model's does.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import DegenerateDataError, GraphDepthError, InputError
from ..uncertainty import SURROUNDINGS, Surroundings, deviations, replicates_of_influence, sandwich
from ._dimension_error import rescaled
from ._distinct import NearDistances
from ._local_kernels import spread_presence

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_mle"
HALF, SPLITS = 0.5, 5
LEAST_K = 6
"""Half of it is the least that "mean" and "median" need."""
LINKED = 0.75
"""Of the k neighbours of a point, the share whose scores the sandwich takes to go with its own."""
Found = tuple[str | None, float | None, FloatArray | None]
"""The method used, the standard error, the replicates."""


def spread_at(lengths: FloatArray) -> FloatArray:
    """Return the sum over neighbours of log(r_k / r_j) at each point."""
    log_r = np.log(lengths)
    spread: FloatArray = (log_r.shape[1] - 1) * log_r[:, -1] - log_r[:, :-1].sum(axis=1)
    return np.maximum(spread, 0.0)  # equal distances can leave a rounding error below 0


@dataclass(frozen=True, slots=True)
class LocalError:
    """What is known for the error."""

    near: NearDistances
    k: int
    groups: IntArray | None
    """(rows,) which rows come and go together."""
    statistic: Callable[[FloatArray, int], float]
    """The dimension from what :func:`spread_at` gives, and k."""

    def of(self, value: float, scores: FloatArray, *, average: str, error: str | None) -> Found:
        """Return the error asked for; scores (n,) are the influence of each point."""
        if error is None:
            return None, None, None
        if error == "model":
            if average != "harmonic":
                raise InputError(f"error='model' of {NAME} goes with average='harmonic' only. Got average={average!r}.")
            return "model", value / math.sqrt(self.near.n * (self.k - 1)), None
        lost = (
            3 if average == "mean" else 1
        )  # a mean of (k - 2) / S has the variance of k - 3 distances, a likelihood of k - 1
        found = self._halves(value, lost) if error != "sandwich" else None
        if found is not None:
            return found
        if error == "subsamples" or self.groups is not None:
            raise GraphDepthError(
                f"error='subsamples' of {NAME}, as over groups, takes k of {LEAST_K} or more, and the indices of about "
                f"{3 * self.k} distinct neighbours. Give the points or a deeper graph, or error='auto'."
            )
        return self._sandwich(scores, must=error == "sandwich")

    def _halves(self, value: float, lost: int) -> Found | None:
        """Return the error over halves at half of k; None where they cannot be had."""
        half = self.k // 2
        around = self.near.surroundings(SURROUNDINGS, groups=self.groups)
        if self.k < LEAST_K or half <= lost:
            return None

        def dimension(lengths: FloatArray) -> float:
            return self.statistic(spread_at(lengths), half)

        try:
            halves = deviations(around, dimension, share=HALF, ranks=np.arange(1, half + 1))
        except (DegenerateDataError, InputError):  # a half whose neighbours stand at one distance
            return None
        if halves is None:
            return None
        if self.groups is not None:  # what whole groups say does not grow finer with k
            stderr = float(halves.scaled.std(ddof=1)) * value / float(halves.mean)
            return "subsamples of groups", stderr, rescaled(halves.scaled, stderr)
        n, own = self.near.n, self._own(around, half) if lost == 1 and around is not None else 0.0
        # Over subsets of b = part n points the variance is (own (1 - part) + shared (1 - part^2)) / b; the shared part falls as
        # the model's relative error does, 1 / sqrt(n (k - lost)).
        spread = float(halves.scaled.var(ddof=1)) / halves.part
        shared = max(spread - own / (halves.part * n) / (1 + halves.part), 0.0)
        finer = halves.part * (half - lost) / (self.k - lost) * (value / float(halves.mean)) ** 2
        stderr = math.sqrt(shared * finer + own / n)
        return "subsamples", stderr, rescaled(halves.scaled, stderr)

    def _own(self, around: Surroundings, half: int) -> float:
        """Return the variance over points of what a point by itself says: where the dimension varies over the data.

        It is what two random halves of the points agree on, as for Gride.
        """
        n, found = around.first.size, []
        log_lengths = np.log(around.lengths)
        for drawn in around.subsets(HALF, SPLITS):
            said = []
            for part in (drawn, ~drawn):
                own, out = np.empty(n), np.empty(n)
                spread_presence(around.indices, log_lengths, part, half, own, out)
                dimension = (half - 1) / float(np.nanmean(own))
                said.append(-(dimension**2) / (half - 1) * out)
            known = np.isfinite(said[0]) & np.isfinite(said[1])
            if known.sum() > 2:
                found.append(float(np.cov(said[0][known], said[1][known])[0, 1]))
        return max(float(np.mean(found)), 0.0) if found else 0.0

    def _sandwich(self, scores: FloatArray, *, must: bool) -> Found:
        held = 0 if self.near.indices is None else self.near.indices.shape[1]
        wanted = min(2 * self.k, self.near.n - 1)
        if held < wanted:
            if must:
                raise GraphDepthError(
                    f"error='sandwich' of {NAME} reads the indices of at least {wanted} distinct neighbours. Got {held}. "
                    "Give the points or a deeper graph, and duplicates other than 'drop'."
                )
            return None, None, None
        variance = sandwich(scores, np.asarray(self.near.indices), max(1, round(LINKED * self.k)))
        stderr = math.sqrt(variance) / self.near.n
        return "sandwich", stderr, self._replicates(scores, stderr)

    def _replicates(self, scores: FloatArray, stderr: float) -> FloatArray:
        """Return the deviations over subsets of the rows that came in: a point counts at its first row."""
        by_row = scores
        if self.near.members is not None:
            by_row = np.zeros(self.near.rows)
            by_row[np.unique(self.near.members, return_index=True)[1]] = scores
        return replicates_of_influence(by_row, stderr=stderr)
