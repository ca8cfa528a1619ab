"""Points with a neighbour far nearer than the dimension of the data allows: near copies.

Two versions of one text, two frames of one film: not equal, not rounding, and yet not two draws from the data. A ratio of
distances is then far too large, and the likelihood, which sums the logarithms of all ratios, follows the largest; and for the
points around a pair both are neighbours at nearly one distance. Nothing is left out of a value; how many there are, and what it
would be with one point for each, stands beside it.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ...errors import DegenerateDataError, InputError, RepscapeWarning
from ..uncertainty import LEAST_SHARE
from ._distinct import NearDistances

FloatArray = npt.NDArray[np.float64]
CHANCE = 0.01  # that any point at all has so large a ratio, if ratios are as the dimension says
VERSIONS = 15  # near copies of one point that are looked for
FURTHER_OUT = (4, 2)  # the dimension is that of r_2n / r_n for the first n that is known; near copies hardly move it
LOOKED_AT = 16  # neighbours that are looked up for this
DECISIVE = 0.2  # a change of the value that is worth a word
NUMBER, WITHOUT, DECIDE = "near_copies", "without_near_copies", "near_copies_decide"


@dataclass(frozen=True, slots=True)
class NearCopies:
    """Which points have near copies, and the distances that are left with one point for each group of them."""

    near: NearDistances
    far: npt.NDArray[np.bool_]
    """(n,) whether r_(j + 1) / r_j is beyond what the dimension allows for some j up to 15."""
    kept: npt.NDArray[np.bool_] | None
    """(n,) one point of each group, and all others; None where it is not known who the neighbours are."""
    group: npt.NDArray[np.int64] | None = None
    """(n,) which points are near copies of one another; None where there are none, or it is not known."""

    @classmethod
    def of(cls, near: NearDistances) -> NearCopies:
        """Look for near copies.

        Under dimension d, (r_1 / r_2)^d is uniform, so that the largest r_2 / r_1 of N points exceeds (N / .01)^(1 / d) in one
        data set of a hundred. Ratios of later neighbours are smaller still.
        """
        lengths = near.known
        n, known = lengths.shape
        nobody = np.zeros(n, dtype=np.bool_)
        low = next((rank for rank in FURTHER_OUT if 2 * rank <= known), 1)
        growth = float(np.median(np.log(lengths[:, 2 * low - 1] / lengths[:, low - 1])))
        if known < 2 or growth <= 0:
            return cls(near, nobody, None)
        limit = math.log(n / CHANCE) * growth / math.log(2)  # a ball of twice the points has 2^(1 / d) times the radius
        versions = min(VERSIONS, known - 1)
        gaps = np.log(lengths[:, 1 : versions + 1] / lengths[:, :versions]) > limit
        far = np.asarray(gaps.any(axis=1))
        if near.indices is None or not far.any():
            return cls(near, far, None)
        reach = gaps.argmax(axis=1) + 1
        rows = np.repeat(np.flatnonzero(far), reach[far])
        places = np.concatenate([np.arange(count) for count in reach[far]])
        links = coo_array((np.ones(rows.size, dtype=np.int8), (rows, near.indices[rows, places])), shape=(n, n))
        _, group = connected_components(links, directed=False)
        kept = nobody.copy()
        kept[np.unique(group, return_index=True)[1]] = True
        return cls(near, far, kept, group.astype(np.int64))

    def lengths(self, ranks: npt.NDArray[np.int64]) -> FloatArray | None:
        """Return the distances (points, ranks) without near copies; where neighbours are not known, without their points.

        None where too few points have neighbours of all these ranks among those that are known.
        """
        around = None if self.kept is None else self.near.surroundings(self.near.known.shape[1])
        if around is None or self.kept is None:
            return self.near.lengths[~self.far][:, ranks - 1]
        found = around.within(self.kept, ranks)
        there = np.isfinite(found[:, -1])
        return found[there] if there.mean() >= LEAST_SHARE else None

    def details(
        self, value: float, statistic: Callable[[FloatArray], float], ranks: npt.NDArray[np.int64]
    ) -> dict[str, Any]:
        """Return "near_copies", their number; "without_near_copies", the value with one point for each group of them; and
        "near_copies_decide", whether it differs by more than a fifth. `statistic` takes the distances (points, ranks).
        """
        if not self.far.any():
            return {NUMBER: 0, WITHOUT: value, DECIDE: False}
        lengths = self.lengths(ranks)
        if lengths is None:
            return {NUMBER: int(self.far.sum()), WITHOUT: math.nan, DECIDE: False}
        try:
            other = float(statistic(lengths))
        except (DegenerateDataError, InputError):  # hardly any are left
            other = math.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            alike = np.abs(np.divide(other, value) - 1) <= DECISIVE
        return {NUMBER: int(self.far.sum()), WITHOUT: other, DECIDE: not bool(alike)}


def said_of_near_copies(found: Any) -> str:
    """Return what a reader must know of near copies in an Estimate or a Curve; empty where they do not decide it."""
    other, decide = (np.atleast_1d(found.details[name]) for name in (WITHOUT, DECIDE))
    if not decide.any():
        return ""
    value = np.atleast_1d(found.values if hasattr(found, "values") else found.value)
    place = int(np.argmax(decide))
    at = f" at {found.x_name} {found.x[place]:g}" if hasattr(found, "x") else ""
    return (
        f"near copies decide the dimension{at}: {found.details[NUMBER]} of {found.n} points have a neighbour far nearer than "
        f"the dimension of the data allows, as two versions of one example have; with one point for each it is "
        f"{other[place]:.3g}, not {value[place]:.3g}"
    )


def warn_of_near_copies(found: Any, function: str) -> None:
    """Warn where near copies decide a value."""
    if said := said_of_near_copies(found):
        warnings.warn(f"{function}: {said}", RepscapeWarning, stacklevel=3)
