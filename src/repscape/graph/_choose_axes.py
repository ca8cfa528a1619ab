"""Whether wide points are seen along few axes: weighed by a sample, then tried like any other products."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from . import _leading, _trial
from ._certify import Frame, Products
from ._exact import Problem
from ._screen import TILE

WIDE = 512  # features from which points may be seen along few axes
WORTH_AXES = 1e12  # multiplications from which finding the axes can pay
AXES = (32, 64, 128, 192, 256, 384, 512)
COMPARED = 12  # float32 multiplications of a tile in the time in which one feature of a candidate is compared
TESTED = 48  # and features of a tile in the time in which it is tested and audited
CHEAPER = 1.25  # how much so to pay for the trial and for what the sample got wrong


@dataclass(frozen=True, slots=True)
class _Costs:
    """Of one point, in float32 multiplications: its products with half of the others, its axes, the comparing of candidates."""

    n: int
    d: int
    speed: Mapping[str, float]
    """Seconds of a tile at each precision."""

    def products(self, name: str, features: int) -> float:
        return self.speed[name] / self.speed["float32"] * self.n * (features + TESTED) / 2

    def along(self, name: str, axes: int) -> float:
        return self.products(name, axes + 1) + 2 * axes * self.d

    def compared(self, candidates: float) -> float:
        return COMPARED * candidates * self.d


def rungs(
    problem: Problem, frame: Frame, usual: tuple[Products, int], *, makers: Mapping[str, Callable[[int], Products]]
) -> list[tuple[Products, int]]:
    """Return the rung of the same points along few axes, where that costs clearly less than the usual one; else none.

    `makers` gives products of so many features by their precision, the fastest first.
    """
    points = problem.points
    n, d = points.n, points.d
    if problem.queries is not points or d < WIDE or n * n * d / 2 < WORTH_AXES:
        return []
    widest = _leading.principal(points, frame, min(AXES[-1], d // 3))
    counts = [m for m in AXES if m <= len(widest)]
    opened = _leading.candidates(points, frame, widest, counts=counts, k=problem.k)
    block = points.block(0, min(n, TILE)).astype(np.float32)
    speed = {name: _trial.seconds(make(d), block, frame, turns=2) for name, make in makers.items()}
    costs = _Costs(n, d, speed)
    least = (costs.products(usual[0].name, d) + costs.compared(usual[1])) / CHEAPER
    for name, make in makers.items():
        m = min(counts, key=lambda m: costs.along(name, m) + costs.compared(opened[m]))
        most = int((least - costs.along(name, m)) / costs.compared(1))
        axes = _leading.along(points, frame, widest[:m]) if most > opened[m] else None
        if axes is None:
            continue
        trial = _trial.tried(problem, frame, _leading.LeadingProducts(make(m + 1), axes), most=min(n, most))
        if trial.certifies:
            return [trial.rung]
    return []
