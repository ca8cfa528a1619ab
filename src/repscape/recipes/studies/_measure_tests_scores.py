"""The tests of measures of similarity: values of one measure over all networks, and what the tests make of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

from ...graph import knn_graph
from ...measures import MEASURES, Estimate, Measure
from ...measures.similarity import sim_disagreement, sim_jsd
from ..materials import PLAIN, Trained

GROUPED: Mapping[str, tuple[str, ...]] = {
    "random labels": (PLAIN, "half random labels", "random labels"),
    "shortcuts": (PLAIN, "shortcut"),
    "augmentation": (PLAIN, "noise added"),
}
"""Test -> networks of which those trained alike should be more alike than others."""
TESTS = ("corresponding layers", "monotonicity", *GROUPED, "accuracy", "disagreement", "divergence")
K = 10
OPTIONS: Mapping[str, Mapping[str, Any]] = {"sim_idcor": {"reading": "raw"}}
"""Its usual reading needs more examples than there are."""
FEW: Mapping[str, int] = {"sim_rtd": 60}
"""Examples of measures whose cost grows with their third power."""
RIDGE = ("sim_predictivity", "sim_linreg", "sim_cca")
"""Measures that have too few examples for 32 units without one."""


def measures() -> list[Measure]:
    """Return every measure of two hidden layers in the table."""
    held = [row for row in MEASURES.values() if row.arity == 2 and row.alike is not None]
    return [row for row in held if row.family in ("overlap", "similarity") and not row.equal_width]


class Values:
    """How alike layers of networks are by one measure, larger always more alike; worked out when they are asked for."""

    def __init__(self, measure: Measure, networks: Sequence[Trained]) -> None:
        self.measure, self.networks = measure, networks
        self._options = {**OPTIONS.get(measure.name, {}), **({"ridge": 0.1} if measure.name in RIDGE else {})}
        self._sides: dict[tuple[int, int], Any] = {}
        self._found: dict[tuple[tuple[int, int], tuple[int, int]], float] = {}

    def __call__(self, one: tuple[int, int], other: tuple[int, int]) -> float:
        """Compare two (network, layer)."""
        if (one, other) not in self._found:
            options = {**self._options, "error": None} | ({"k": K} if "k" in self.measure.options() else {})
            found = self.measure(self._side(one), self._side(other), **options)
            value = float(found.value) if isinstance(found, Estimate) else math.nan
            self._found[one, other] = float(self.measure.alike or 1) * value
            if self.measure.symmetric:
                self._found[other, one] = self._found[one, other]
        return self._found[one, other]

    def _side(self, place: tuple[int, int]) -> Any:
        if place not in self._sides:
            points = self.networks[place[0]].states[place[1]][: FEW.get(self.measure.name)]
            prepare = self.measure.preparation()
            given = {**self.measure.options(), **self._options} | ({"k": K} if "k" in self.measure.options() else {})
            graph = "graph" in self.measure.takes
            self._sides[place] = knn_graph(points, K) if graph else prepare(points, given) if prepare else points
        return self._sides[place]


def scored(values: Values, seeds: int) -> dict[str, tuple[float, float]]:
    """Return the score of each test and its error, without each seed in turn."""
    every = _scores(values, range(seeds))
    left = np.array([_scores(values, [s for s in range(seeds) if s != out]) for out in range(seeds)])
    spread = np.sqrt((seeds - 1) / seeds * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
    return {test: (float(score), float(error)) for test, score, error in zip(TESTS, every, spread, strict=True)}


def _scores(values: Values, seeds: Sequence[int]) -> list[float]:
    kept = [place for place, network in enumerate(values.networks) if network.seed in seeds]
    plain = [place for place in kept if values.networks[place].kind == PLAIN]
    last = len(values.networks[0].states) - 1
    found = [_corresponding(values, plain), _monotonic(values, plain)]
    for kinds in GROUPED.values():
        some = [place for place in kept if values.networks[place].kind in kinds]
        pairs = list(itertools.combinations(some, 2))
        inside = [values.networks[i].kind == values.networks[j].kind for i, j in pairs]
        alike = [values((i, last), (j, last)) for i, j in pairs]
        own = [v for v, same in zip(alike, inside, strict=True) if same]
        found.append(_area(own, [v for v, same in zip(alike, inside, strict=True) if not same]))
    pairs = list(itertools.combinations(kept, 2))
    pairs = [(i, j) for i, j in pairs if values.networks[i].kind == values.networks[j].kind]
    for apart in (_accuracy, _disagreement, _divergence):
        found.append(_goes_with(values, pairs, apart))
    return found


def _corresponding(values: Values, plain: Sequence[int]) -> float:
    """Return the share of layers whose most alike layer, in a network from another seed, is that of their depth."""
    layers = range(len(values.networks[0].states))
    hits: list[bool] = []
    for one, other in itertools.combinations(plain, 2):
        grid = np.array([[values((one, a), (other, b)) for b in layers] for a in layers])
        hits += [*(grid.argmax(axis=1) == np.arange(len(grid))), *(grid.argmax(axis=0) == np.arange(len(grid)))]
    return float(np.mean(hits))


def _monotonic(values: Values, plain: Sequence[int]) -> float:
    """Return the share of triples of layers of a network in which the nearer two are more alike than the far two."""
    right: list[bool] = []
    for one in plain:
        for a, b, c in itertools.combinations(range(len(values.networks[one].states)), 3):
            far = values((one, a), (one, c))
            right += [values((one, a), (one, b)) >= far, values((one, b), (one, c)) >= far]
    return float(np.mean(right))


def _area(inside: Sequence[float], between: Sequence[float]) -> float:
    """Return how often a pair trained alike is more alike than a pair trained otherwise; ties count half."""
    ranks = rankdata([*inside, *between])[: len(inside)]
    return float((ranks.sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(between)))


def _goes_with(values: Values, pairs: Sequence[tuple[int, int]], apart: Callable[[Trained, Trained], float]) -> float:
    """Return the rank correlation of unlikeness with a difference, among pairs of networks trained alike, mean over ways."""
    last = len(values.networks[0].states) - 1
    found = []
    for kind in sorted({values.networks[i].kind for i, _ in pairs}):
        some = [(i, j) for i, j in pairs if values.networks[i].kind == kind]
        unlike = [-values((i, last), (j, last)) for i, j in some]
        differ = [apart(values.networks[i], values.networks[j]) for i, j in some]
        if min(np.ptp(unlike), np.ptp(differ)) > 0:
            found.append(float(spearmanr(unlike, differ).statistic))
    return float(np.mean(found)) if found else math.nan


def _accuracy(one: Trained, other: Trained) -> float:
    return abs(one.accuracy - other.accuracy)


def _disagreement(one: Trained, other: Trained) -> float:
    return sim_disagreement(one.outputs, other.outputs, outputs="probabilities", error=None).value


def _divergence(one: Trained, other: Trained) -> float:
    return sim_jsd(one.outputs, other.outputs, outputs="probabilities", error=None).value
