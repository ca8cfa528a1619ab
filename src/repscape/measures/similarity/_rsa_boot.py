"""Subjects and conditions drawn anew: what models and the noise ceiling read then, and the variances that this leaves.

Both are drawn once, and used alone and together: the variance of new subjects and new conditions is worked out from all three
(Schuett et al. 2023), each counted once and brought from n to n - 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..points import IntArray
from ._rdm import conditions, pair_places
from ._rdm_compare import RANKED, Side, compared, side_of

FloatArray = npt.NDArray[np.float64]
LEAST = 4
"""Conditions that a draw must hold."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "both": ("subjects", "conditions", "both"),
    "subjects": ("subjects",),
    "conditions": ("conditions",),
}


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """The measured matrices over some conditions, ready for a comparator."""

    places: npt.NDArray[np.int64]
    """(m,) where the pairs stand, -1 for a condition with itself."""
    sides: tuple[Side, ...]
    """One for each subject."""
    function: str

    @classmethod
    def of(cls, data: FloatArray, rows: IntArray, *, compare: str, function: str) -> Judges:
        """Take the pairs of the chosen conditions; one that is drawn twice makes no pair with itself."""
        places = pair_places(rows, conditions(data.shape[1]))
        held = cls(places, (), function)
        return replace(held, sides=tuple(held.side(one, compare, "a subject") for one in data))

    def side(self, matrix: FloatArray, compare: str, name: str) -> Side:
        """Prepare a matrix of all conditions."""
        kept = self.places >= 0
        return side_of(matrix[self.places[kept]], compare, name=name, function=self.function, kept=kept)

    def scores(self, models: FloatArray, who: IntArray) -> FloatArray:
        """Return the mean comparison of each model with the chosen subjects, and the low and high ceiling of these."""
        chosen, times = np.unique(who, return_counts=True)
        own = [self.sides[subject] for subject in chosen]
        found = []
        for model in models:
            side = self.side(model, own[0].compare, "a model")
            found.append(float(np.average([compared(side, one) for one in own], weights=times)))
        return np.array([*found, *ceiling(own, times, function=self.function, kept=self.places >= 0)])


def ceiling(
    sides: Sequence[Side], times: IntArray, *, function: str, kept: npt.NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """Return the mean comparison of each side with the mean of the others, and of all; sides count `times`.

    `kept`: of all pairs of the conditions, those that the sides have.
    """
    parts = [float(count) * pooled_form(side) for side, count in zip(sides, times, strict=True)]
    total = np.sum(parts, axis=0)
    first = sides[0]
    ends = []
    for pools in ([total - part for part in parts] if len(parts) > 1 else [total], [total] * len(parts)):
        values = [
            compared(side_of(pool, first.compare, name="the mean", function=function, kept=kept), side)
            for pool, side in zip(pools, sides, strict=True)
        ]
        ends.append(float(np.mean(values)))
    return ends[0], ends[1]


def pooled_form(side: Side) -> FloatArray:
    """Return the matrix as it enters a mean of matrices: ranked, or brought to one length."""
    vector = np.concatenate(list(side.pieces()))
    if side.compare in RANKED:
        return vector * side.norm if np.isfinite(side.norm) else vector
    return vector / float(np.linalg.norm(vector))


def draw_again(  # house: models and data, what is drawn, and how they are compared
    models: FloatArray,
    data: FloatArray,
    *,
    over: str,
    draws: int,
    compare: str,
    source: np.random.Generator,
    function: str,
) -> dict[str, FloatArray]:
    """Return (draws, models + 2) scores and ceilings by what was drawn anew."""
    subjects, n = data.shape[0], conditions(data.shape[1])
    everyone, every = np.arange(subjects), np.arange(n)
    how: Any = {"compare": compare, "function": function}
    whole = Judges.of(data, every, **how)
    drawn: dict[str, list[FloatArray]] = {kind: [] for kind in KINDS[over]}
    for _ in range(draws):
        who = everyone if over == "conditions" else np.asarray(source.integers(subjects, size=subjects))
        some = whole if over == "subjects" else Judges.of(data, _conditions(n, source), **how)
        for kind, scores in drawn.items():
            judges = whole if kind == "subjects" else some
            scores.append(judges.scores(models, everyone if kind == "conditions" else who))
    return {kind: np.array(scores) for kind, scores in drawn.items()}


def _conditions(n: int, source: np.random.Generator) -> IntArray:
    while True:
        rows = np.sort(source.integers(n, size=n))
        if np.unique(rows).size >= LEAST:
            return rows


def variance_of(drawn: Mapping[str, FloatArray], contrast: FloatArray, *, subjects: int, n: int) -> float:
    """Return the variance of a contrast of scores, for new data of what was drawn."""
    found = {kind: float(np.var(values @ contrast, ddof=1)) for kind, values in drawn.items()}
    wider = {"subjects": subjects / (subjects - 1), "conditions": n / (n - 1)}
    if len(found) == 1:
        ((kind, variance),) = found.items()
        return wider[kind] * variance
    one, other = wider["subjects"] * found["subjects"], wider["conditions"] * found["conditions"]
    shared = found["both"] - found["subjects"] - found["conditions"]
    variance = one + other - wider["subjects"] * wider["conditions"] * shared
    # never below either source alone, and never above drawing both
    return min(max(variance, one, other), found["both"])
