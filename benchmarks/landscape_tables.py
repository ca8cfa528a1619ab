"""Tables of docs/landscape.md: false splits of one distribution, peaks of mixtures, coverage of id_corrected, time.

    python benchmarks/landscape_tables.py splits --runs 400        and  mixtures, coverage, time

Each prints a Markdown table; --runs is the samples of a cell.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from corrected_table import manifold
from scipy.stats import beta

import repscape as rs

CONVENTIONS = {"z = auto": {}, "z = 1.65, PAk": {"z": 1.65}, "z = 1.6, k = 16": {"z": 1.6, "density": "knn", "k": 16}}


def normal(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a normal distribution."""
    return rng.normal(size=(n, d))


def ball(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a uniform ball."""
    points = rng.normal(size=(n, d))
    return points / np.linalg.norm(points, axis=1, keepdims=True) * rng.random(size=(n, 1)) ** (1 / d)


def heavy(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from Student's t with five degrees of freedom."""
    return rng.normal(size=(n, d)) / np.sqrt(rng.chisquare(5, size=(n, 1)) / 5)


def splits(runs: int, points: list[int]) -> None:
    """Print how often one distribution comes out as more than one peak, with the upper 99 % limit of that for z = auto."""
    print("| distribution | n | d | " + " | ".join(CONVENTIONS) + " | upper 99 % limit of auto |")
    print("|---" * (4 + len(CONVENTIONS)) + "|")
    kinds: tuple[Callable[..., np.ndarray], ...] = (normal, ball, heavy)
    for draw in kinds:
        for n in points:
            for d in (2, 5, 10, 30):
                split = dict.fromkeys(CONVENTIONS, 0)
                for run in range(runs):
                    graph = rs.knn_graph(draw(n, d, np.random.default_rng([99, n, d, run])), 100)
                    for name, options in CONVENTIONS.items():
                        split[name] += rs.cluster_peaks(graph, **options).centers.size > 1
                auto = split["z = auto"]
                limit = beta.ppf(0.99, auto + 1, runs - auto) if auto < runs else 1.0
                shares = " | ".join(f"{count / runs:.2f}" for count in split.values())
                print(f"| {draw.__name__} | {n} | {d} | {shares} | {limit:.2f} |", flush=True)


def mixtures(runs: int, points: list[int]) -> None:
    """Print how often the right number of peaks is found, against the distance of neighbouring centres."""
    apart = (3, 4, 5, 6, 8)
    print("| n | d | kinds | " + " | ".join(f"{a} sd" for a in apart) + " |")
    print("|---" * (3 + len(apart)) + "|")
    for n in points:
        for d in (2, 10):
            for kinds in (2, 5, 20):
                right = []
                for a in apart:
                    hits = 0
                    for run in range(runs):
                        rng = np.random.default_rng([7, n, d, kinds, a, run])
                        side = int(np.ceil(np.sqrt(kinds)))
                        centres = np.zeros((kinds, d))
                        centres[:, :2] = [(a * (i % side), a * (i // side)) for i in range(kinds)]
                        X = centres[rng.integers(0, kinds, n)] + rng.normal(size=(n, d))
                        hits += rs.cluster_peaks(rs.knn_graph(X, 100)).centers.size == kinds
                    right.append(f"{hits / runs:.2f}")
                print(f"| {n} | {d} | {kinds} | {' | '.join(right)} |", flush=True)


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
    tables = {"splits": splits, "mixtures": mixtures, "coverage": coverage, "time": timing}
    parser.add_argument("what", choices=tables)
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--points", type=int, nargs="+", default=[1000, 5000, 20000])
    given = parser.parse_args()
    tables[given.what](given.runs, given.points)


if __name__ == "__main__":
    main()
