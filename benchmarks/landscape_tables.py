"""Tables of docs/landscape.md: coverage of id_corrected, and time. Those of peaks are made by peaks_splits.py.

    python benchmarks/landscape_tables.py coverage --runs 200        and  time

Each prints a Markdown table; --runs is the samples of a cell.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from corrected_table import manifold

import repscape as rs

def coverage(runs: int, points: list[int]) -> None:
    """Print how often the range of id_corrected holds the true dimension, and how wide it is, by family."""
    print("| family | n | holds the truth | without its own family | median low to high over d | at least |")
    print("|---|---|---|---|---|---|")
    for family in ("gaussian", "cube", "torus", "sphere", "curved"):
        for n in points:
            held, left, widths, open_ended = 0, 0, [], 0
            for run in range(runs):
                rng = np.random.default_rng([5, n, run])
                d = int(rng.choice([2, 4, 7, 10, 15, 25]))
                found = rs.id_corrected(manifold(family, n, d, rng))
                low, high = found.interval or (np.nan, np.nan)
                held += low <= d <= high
                open_ended += found.details["at_least"]
                widths.append((low / d, high / d))
                others = np.array([not name.startswith(family) for name in found.details["families"]], dtype=bool)
                if others.any():
                    left += found.details["low"][others].min() <= d <= found.details["high"][others].max()
            middle = np.nanmedian(widths, axis=0)
            print(
                f"| {family} | {n} | {held / runs:.2f} | {left / runs:.2f} | {middle[0]:.2f} to {middle[1]:.2f} | "
                f"{open_ended / runs:.2f} |",
                flush=True,
            )


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
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    tables = {"coverage": coverage, "time": timing}
    parser.add_argument("what", choices=tables)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--points", type=int, nargs="+", default=[1000, 5000, 20000])
    given = parser.parse_args()
    tables[given.what](given.runs, given.points)


if __name__ == "__main__":
    main()
