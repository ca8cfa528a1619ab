"""How often two layers that differ are told apart: an overlap with labels, and a dimension, of 2,000 examples.

python benchmarks/power.py [--runs 40]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np

import repscape as rs

N = 2000
Layers = dict[str, np.ndarray]


def labelled(rng: np.random.Generator) -> tuple[Layers, dict[str, Any]]:
    """Two layers of eight features that read the same two classes, one a little better."""
    kind = rng.integers(0, 2, N)
    first = rng.normal(size=(N, 8))
    first[:, 0] += 1.2 * kind
    second = first.copy()
    second[:, 0] += 0.1 * kind
    return {"first": first, "second": second}, {"columns": {"kind": kind.astype(str)}}


def one_more(rng: np.random.Generator) -> tuple[Layers, dict[str, Any]]:
    """Normal points of ten and of eleven dimensions, ten of them in common."""
    points = rng.normal(size=(N, 11))
    return {"first": points[:, :10], "second": points}, {}


def told(drawn: Callable[[np.random.Generator], tuple[Layers, dict[str, Any]]], measure: Any, runs: int) -> None:
    """Print the mean difference and how often it is told."""
    name = measure if isinstance(measure, str) else measure[0]
    found, apart = [], 0
    for run in range(runs):
        layers, given = drawn(np.random.default_rng([7, run]))
        plan = rs.Plan(measures=[measure], labels="kind" if given else None)
        row = rs.run(layers, plan, **given).differences(name).iloc[0]
        found.append(row["difference"])
        apart += bool(row["p_adjusted"] < 0.05)
    print(f"{name}: mean difference {np.mean(found):.3f}, told apart in {apart} of {runs}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    told(labelled, ("overlap_labels", {"k": 30}), runs)
    told(one_more, "id_twonn", runs)
    told(one_more, "id_gride", runs)


if __name__ == "__main__":
    main()
