"""Gride at one rank, and errors of its curve that count shared neighbours; docs/calibration.md says how well they hold.

At small ranks the neighbour sandwich does. At larger ones neighbourhoods overlap so far that its products are mostly noise, and
the spread over random halves of the points takes over. In half of the points the neighbour of rank r / 2 stands where that of
rank r stands among all: the halves are read at half the rank, at the same scale, so that the same boundary and the same
curvature enter. Two parts of the variance scale differently. What belongs to single points, because the dimension varies over
the data, falls as 1 / N at any rank. The rest is noise of neighbourhoods, and falls with N and rank as the model's error does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import GraphDepthError
from ..uncertainty import LEAST_POINTS, Deviations, Surroundings, deviations, sandwich
from ._dimension_error import rescaled
from ._id_gride_kernels import maximum, presence, scores, slope_and_curvature

FloatArray = npt.NDArray[np.float64]
HALF = 0.5
SPLITS = 5
LAST_SANDWICH = 2
"""Lower rank n up to which the sandwich is taken."""


@dataclass(frozen=True, slots=True)
class AtRank:
    """The likelihood at r_2n / r_n."""

    rank: int
    """The lower rank n."""
    value: float
    """The dimension; NaN where all ratios are 1."""
    model: float
    """1 / sqrt(Fisher information)."""
    log_mu: FloatArray
    """(used,) the ratios that enter."""
    kept: npt.NDArray[np.bool_] | None
    """(n,) whose ratios enter; None: all."""

    @classmethod
    def of(cls, lengths: FloatArray, rank: int, outliers: str | None) -> AtRank:
        """Maximise the likelihood for lengths (n, at least 2 rank) to the neighbours of rank 1, 2, 3, ..."""
        return cls.of_ratios(lengths[:, 2 * rank - 1] / lengths[:, rank - 1], rank, outliers)

    @classmethod
    def of_ratios(cls, mu: FloatArray, rank: int, outliers: str | None) -> AtRank:
        """Maximise the likelihood for ratios mu (n,)."""
        kept = None
        if outliers == "dadapy":
            median, high = np.quantile(mu, [0.5, 0.95])
            kept = mu < 20 * (high - median) + median
            mu = mu[kept]
        log_mu = np.log(mu)
        if mu.size < 2 or log_mu.sum() <= 0:
            return cls(rank, math.nan, math.nan, log_mu, kept)
        value = float(maximum(log_mu, rank))
        information = slope_and_curvature(value, log_mu, rank)[1]
        return cls(rank, value, 1 / math.sqrt(information), log_mu, kept)

    def scores(self) -> FloatArray:
        """Return each point's part (n,) of the slope, less their mean; points whose ratio is left out have none."""
        parts = np.empty(self.log_mu.size)
        scores(self.value, self.log_mu, self.rank, parts)
        parts -= parts.mean()
        if self.kept is None:
            return parts
        every = np.zeros(self.kept.size)
        every[self.kept] = parts
        return every

    def sandwich(self, indices: npt.NDArray[Any]) -> float:
        """Return the standard error by the neighbour sandwich."""
        return math.sqrt(sandwich(self.scores(), indices, max(2, self.rank))) * self.model**2


@dataclass(frozen=True, slots=True)
class CurveError:
    """The errors of a curve, rank by rank."""

    stderr: FloatArray
    methods: tuple[str, ...]
    """How each was found."""
    replicates: FloatArray | None

    def summary(self, ranks: Sequence[int] | npt.NDArray[Any]) -> str:
        """Say which ranks were done how."""
        held: dict[str, list[str]] = {}
        for rank, method in zip(ranks, self.methods, strict=True):
            held.setdefault(method, []).append(str(rank))
        return "; ".join(f"{method} ({', '.join(some)})" for method, some in held.items())


def gride_error(rows: Sequence[AtRank], around: Surroundings | None, outliers: str | None) -> CurveError:
    """Return the error at every rank."""
    if around is None or around.first.size < 2 * rows[0].rank + 1:
        return CurveError(np.array([row.model for row in rows]), ("model",) * len(rows), None)
    halves = _halves(rows, around, outliers)
    if around.groups is not None:
        return _over_groups(rows, halves)
    own = own_variances(rows, around)
    stderr: list[float] = []
    methods: list[str] = []
    for place, row in enumerate(rows):
        half = _from_halves(halves, place, row, own=own[place], n=around.first.size)
        if row.rank <= LAST_SANDWICH and around.k >= max(2, row.rank):
            stderr.append(row.sandwich(around.indices) if row.value == row.value else math.nan)
            methods.append("sandwich")
        elif half is not None:
            stderr.append(half)
            methods.append("half samples")
        else:
            stderr.append(row.model * stderr[-1] / rows[place - 1].model)
            last = methods[-1] if methods[-1].startswith("model") else f"model, enlarged as at rank {row.rank}"
            methods.append(last)
    return CurveError(np.array(stderr), tuple(methods), _replicates(halves, stderr))


def _over_groups(rows: Sequence[AtRank], halves: Deviations | None) -> CurveError:
    """Return the errors over halves of whole groups, each at half the rank, relative to what the halves read."""
    known = 0 if halves is None else halves.scaled.shape[1] // 2
    if halves is None or max(len(rows) - 2, 0) >= known:
        raise GraphDepthError(
            "the error over groups of id_gride cannot be had: the graph is too shallow for halves of the groups. Give the "
            "points, a deeper graph or a smaller max_rank."
        )
    columns = [max(place - 1, 0) for place in range(len(rows))]
    spread, mean = halves.scaled.std(axis=0, ddof=1)[columns], halves.mean[columns]
    stderr = spread * np.array([row.value for row in rows]) / mean
    return CurveError(stderr, ("half samples of groups",) * len(rows), _replicates(halves, stderr.tolist()))


def _halves(rows: Sequence[AtRank], around: Surroundings, outliers: str | None) -> Deviations | None:
    """Return the spread over halves of the points at half of as many ranks as the graph allows: values, then model errors."""
    most = max(rows[-1].rank // 2, 1)
    while most >= 1:
        ranks = 2 ** np.arange(int(math.log2(most)) + 2)  # 1, 2, ..., 2 most

        def statistic(lengths: FloatArray) -> FloatArray:
            found = [
                AtRank.of_ratios(lengths[:, place + 1] / lengths[:, place], 2**place, outliers)
                for place in range(lengths.shape[1] - 1)
            ]
            return np.array([one.value for one in found] + [one.model for one in found])

        halves = deviations(around, statistic, share=HALF, ranks=ranks)
        if halves is not None:
            return halves
        most //= 2
    return None


def _from_halves(halves: Deviations | None, place: int, row: AtRank, *, own: float, n: int) -> float | None:
    """Return the standard error at the place-th rank from the spread over halves, at half the rank."""
    known = 0 if halves is None else halves.scaled.shape[1] // 2
    column = max(place - 1, 0)
    if halves is None or column >= known or row.value != row.value:
        return None
    part = halves.part
    # Over subsets of b = part n points the variance is (own (1 - part) + shared (1 - part^2)) / b.
    spread = float(halves.scaled[:, column].var(ddof=1)) / part
    shared = max(spread - own / (part * n) / (1 + part), 0.0)
    model = float(halves.mean[known + column])
    return math.sqrt(shared * (row.model / model) ** 2 + own / n)


def own_variances(rows: Sequence[AtRank], around: Surroundings) -> FloatArray:
    """Return, for each rank beyond the sandwich, the variance over the points of what a point by itself says of the dimension.

    That is its own score and what its presence does to the scores of those that have it among their neighbours: where two
    kinds of points lie side by side, each kind says something else, and one more of the first changes what the second says.
    It is computed twice, at half the rank, with one random half of the points and with the other. Given the point the two are
    independent, so that their covariance over the points is the variance of what they share.
    """
    own = np.zeros(len(rows))
    if rows[-1].rank <= LAST_SANDWICH:
        return own
    log_lengths = np.log(around.lengths)
    for drawn in around.subsets(HALF, SPLITS):
        for place, row in enumerate(rows):
            if row.rank > LAST_SANDWICH and row.value == row.value:
                said = [_said(row, around.indices, log_lengths, half) for half in (drawn, ~drawn)]
                both = np.isfinite(said[0]) & np.isfinite(said[1])
                if both.sum() >= LEAST_POINTS:
                    own[place] += np.cov(said[0][both], said[1][both])[0, 1] / SPLITS
    return np.maximum(own, 0.0)


def _said(row: AtRank, indices: npt.NDArray[Any], log_lengths: FloatArray, drawn: npt.NDArray[np.bool_]) -> FloatArray:
    """Return what each point says with this half of the points around it, in units of the dimension."""
    said, log_mu, rank = np.empty(indices.shape[0]), np.empty(indices.shape[0]), row.rank // 2
    presence(indices, log_lengths, drawn, row.value, rank, log_mu, said)
    known = log_mu[np.isfinite(log_mu)]
    information = slope_and_curvature(row.value, known, rank)[1] / known.size if known.size else math.nan
    return said / information


def _replicates(halves: Deviations | None, stderr: Sequence[float]) -> FloatArray | None:
    """Return deviations (draws, m) over the halves at the same scale, or the nearest known."""
    if halves is None:
        return None
    known = halves.scaled.shape[1] // 2
    columns = [min(max(place - 1, 0), known - 1) for place in range(len(stderr))]
    held = [rescaled(halves.scaled[:, column], error) for column, error in zip(columns, stderr, strict=True)]
    return np.stack(held, axis=1)
