"""What a matrix of layers with its null costs, and whether a part of the examples gives the maximum that all of them give.

    python benchmarks/comparison_cost.py cost --examples 10000 --layers 25     # graphs apart
    python benchmarks/comparison_cost.py check --runs 20

`cost` compares every layer of one network with every layer of another and relabels 200 times; seconds are those of the
processor and of the clock. `check` takes 1,000 examples: all of them, and 300 brought to the exact moments of 1,000, as is done
with 1,000 of more. Both are asked for the limit that the largest of all pairs keeps to in 95 % of relabellings.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

import repscape as rs
from repscape.measures import MEASURES
from repscape.measures.uncertainty import Asked, Exchanges, Largest

FORMS: Mapping[str, Mapping[str, Any]] = {
    "sim_cka": {},
    "sim_cka, debiased": {"estimator": "debiased"},
    "sim_rsa": {"metric": "euclidean"},
}
SOME = 300


class Part(Asked):
    """A null of some of the examples, brought to the moments of all."""

    def rows(self, n: int) -> np.ndarray | None:
        """Return the examples that stand for all."""
        return np.sort(np.random.default_rng([n, 4]).permutation(n)[:SOME])


def network(rng: np.random.Generator, n: int, layers: int, width: int) -> list[np.ndarray]:
    """Return layers that are read from one another, in float32."""
    state = rng.normal(size=(n, 24))
    found = []
    for _ in range(layers):
        state = np.tanh(state @ rng.normal(size=(state.shape[1], width)) / np.sqrt(state.shape[1]))
        state = state + 0.05 * rng.normal(size=state.shape)
        found.append(state.astype(np.float32))
    return found


def cost(arguments: argparse.Namespace) -> None:
    """Time all pairs with their nulls."""
    rng = np.random.default_rng(0)
    one, two = (network(rng, arguments.examples, arguments.layers, arguments.width) for _ in range(2))
    pairs = [(i, len(one) + j) for i in range(len(one)) for j in range(len(two))]
    free = Exchanges(None, None)
    for name, k in (("sim_cka", 0), ("overlap_neighbors", 10), ("overlap_neighbors", 30)):
        row = MEASURES[name]
        graphs = [rs.knn_graph(X, k) for X in (*one, *two)] if k else []
        options: dict[str, Any] = {"k": k} if k else {}
        clock, spent = time.perf_counter(), time.process_time()
        prepare = row.preparation()
        sides = dict(enumerate(graphs or [prepare(X, row.options()) for X in (*one, *two)]))  # type: ignore[misc]
        values = [row(sides[i], sides[j], **options, error=None).value for i, j in pairs]
        singles = time.process_time() - spent
        drawn = row.joint_nulls()(sides, pairs, Asked(200, 0, free, name), options={**row.options(), **options})  # type: ignore[misc]
        Largest(np.array(values), drawn.values).each()
        spent, clock = time.process_time() - spent, time.perf_counter() - clock
        print(
            f"{name}{options}: {arguments.examples:,} x {arguments.width}, {arguments.layers} x {arguments.layers}: "
            f"{singles:.0f} s of processor for values, {spent:.0f} s with the null, {clock:.0f} s by the clock"
        )


def check(arguments: argparse.Namespace) -> None:
    """Compare the limits of a part with those of all examples."""
    for title, given in FORMS.items():
        name = title.split(",")[0]
        row = MEASURES[name]
        options = {**row.options(), **given}
        apart, level = [], []
        for seed in range(arguments.runs):
            rng = np.random.default_rng([seed, 9])
            one, two = (network(rng, 1000, 6, 16) for _ in range(2))
            pairs = [(i, 6 + j) for i in range(6) for j in range(6)]
            prepare = row.preparation()
            sides = {place: prepare(X, options) for place, X in enumerate((*one, *two))}  # type: ignore[misc]
            values = np.array([row(sides[i], sides[j], **given, error=None).value for i, j in pairs])
            limits = []
            for kind in (Asked, Part):
                asked = kind(200, seed, Exchanges(None, None), name)
                drawn = row.joint_nulls()(sides, pairs, asked, options=options)  # type: ignore[misc]
                held = Largest(values, drawn.values)
                limits.append(np.array([entry.limit for entry in held.each()]))
                level.append(held.each()[int(values.argmax())].p_value)
            chance = drawn.values.mean(axis=1)
            apart.append(float(np.mean((limits[1] - chance) / (limits[0] - chance))))
        p = np.array(level).reshape(-1, 2)
        moved = float(np.abs(p[:, 0] - p[:, 1]).mean())
        print(
            f"{title}: distance of the limit from chance, {SOME} of 1,000 over all 1,000: {np.mean(apart):.3f} "
            f"(sd {np.std(apart):.3f}, {arguments.runs} runs); p of the best pair differs by {moved:.3f}"
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["cost", "check"])
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--layers", type=int, default=25)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    {"cost": cost, "check": check}[arguments.what](arguments)


if __name__ == "__main__":
    main()
