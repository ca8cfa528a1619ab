"""Seconds of densities and peaks from a graph that is there, as in docs/landscape.md: python benchmarks/peaks_time.py."""

from __future__ import annotations

import argparse
import time

import numpy as np

import repscape as rs


def timing(runs: int, points: list[int]) -> None:
    """Print seconds of k*, PAk and peaks from a graph that is there."""
    print("| n | density_pak | cluster_peaks, z = 1.65 | z = auto |\n|---|---|---|---|")
    for n in points:
        graph = rs.knn_graph(np.random.default_rng(0).normal(size=(n, 10)), 100)
        told = []
        calls = (
            lambda g=graph: rs.density_pak(g),
            lambda g=graph: rs.cluster_peaks(g, z=1.65),
            lambda g=graph: rs.cluster_peaks(g),
        )
        for call in calls:
            call()
            began = time.process_time()
            for _ in range(runs):
                call()
            told.append(f"{(time.process_time() - began) / runs:.2f} s")
        print(f"| {n} | {' | '.join(told)} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--points", type=int, nargs="+", default=[1000, 5000, 20000])
    given = parser.parse_args()
    timing(given.runs, given.points)


if __name__ == "__main__":
    main()
