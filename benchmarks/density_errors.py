"""What the errors of single log densities are of: how often their intervals hold the truth, and the mean of the estimates.

    python benchmarks/density_errors.py [runs]     the table of docs/landscape.md

Fifty points of one normal distribution stay, all others are drawn anew: the mean over draws is what an estimator gives there on
average, and its distance from the true density the bias of a ball that is not small.
"""

from __future__ import annotations

import sys

import numpy as np

import repscape as rs

KEPT, DEPTH = 50, 100
DENSITIES = {
    "density_knn, k = 16": lambda g, d: rs.density_knn(g, k=16, id=d, error=None),
    "density_kstar": lambda g, d: rs.density_kstar(g, id=d, error=None),
    "density_pak": lambda g, d: rs.density_pak(g, id=d, error=None),
}


def cell(n: int, d: int, runs: int) -> None:
    """Print the rows of one number of points and one dimension."""
    still = np.random.default_rng(d).normal(size=(KEPT, d))
    truth = -d / 2 * np.log(2 * np.pi) - (still**2).sum(axis=1) / 2
    held: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {name: [] for name in DENSITIES}
    for run in range(runs):
        X = np.concatenate([still, np.random.default_rng(1000 + run).normal(size=(n - KEPT, d))])
        graph = rs.knn_graph(X, DEPTH)
        for name, density in DENSITIES.items():
            found = density(graph, float(d))
            held[name].append((found.per_point[:KEPT], found.details["stderr"][:KEPT]))
    for name, some in held.items():
        values, errors = (np.array([one[side] for one in some]) for side in (0, 1))
        mean = values.mean(axis=0)
        own, true = ((np.abs(values - at) < 1.96 * errors).mean() for at in (mean, truth))
        spread = errors.mean() / values.std(axis=0, ddof=1).mean()
        print(
            f"| {name} | {n:,} | {d} | {runs} | {spread:.2f} | {own:.2f} | {true:.2f} | {np.abs(mean - truth).mean():.2f} |"
        )


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print(
        "| density | n | d | draws | error over spread | holds its own mean | holds the truth | mean size of the bias, nats |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for n in (400, 2000):
        for d in (3, 8):
            cell(n, d, runs)


if __name__ == "__main__":
    main()
