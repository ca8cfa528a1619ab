"""Do the 95 % intervals hold? Fresh samples by the thousand, cell by cell.

    python benchmarks/calibration.py FOLDER [--cells PATTERN] [--runs 1000] [--processes 1]    run what is missing
    python benchmarks/calibration.py FOLDER --table docs/calibration.md                        write the table

A cell is a population, a dimension d and a sample size N. Each run draws a fresh sample, from a seed of its own, and notes
every statistic with its interval and with the naive one. Coverage is the share of runs whose interval holds the statistic's
mean over the runs; the bias of that mean against the true d stands beside it, since no interval mends that. Cells of
permutation tests draw from their null and note p-values. FOLDER keeps one JSON file a cell, written every 25 runs: stopped,
the same command goes on. A run needs no other, so that a cell of 40 runs is the first 40 of a cell of 1,000.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs
from repscape.synthetic import torus

POPULATIONS = ("torus", "gaussian", "mixture")
DIMENSIONS, SIZES, OVERLAP_K = (2, 5, 10), (1000, 4000), (10, 30)
NOISE, FAMILY, PERMUTATIONS, KEEP = 0.3, 5, 99, 25
GRAPH = 96
"""Neighbours that the errors of Gride read at rank 64."""
SURROUNDINGS = 100
"""Neighbours that the error of overlap_neighbors reads, whatever k is."""
Noted = dict[str, list[float]]
"""Statistic -> value, low, high, naive low, naive high; or -> p-value."""


@dataclass(frozen=True)
class Cell:
    """One population at one size, and what is measured on it."""

    kind: str
    population: str
    d: int
    n: int

    @property
    def name(self) -> str:
        """File of the cell."""
        return f"{self.kind}-{self.population}-{self.d}-{self.n}"


def cells() -> Iterator[Cell]:
    """Yield every cell, the small samples first."""
    for n in SIZES:
        for kind in ("dimension", "overlap"):
            yield from (Cell(kind, population, d, n) for population in POPULATIONS for d in DIMENSIONS)
        if n == SIZES[0]:
            yield from (Cell("null", "gaussian", d, n) for d in DIMENSIONS)


def sample(population: str, n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw points: the flat torus, a Gaussian, or a Gaussian of which every other point is ten times nearer to the centre."""
    if population == "torus":
        return torus(n, d, rng=rng)
    points = rng.normal(size=(n, d))
    if population == "mixture":
        points *= np.where(rng.random(n) < 0.5, 1.0, 0.1)[:, None]
    return points


def noted(value: float, interval: tuple[float, float], naive: tuple[float, float]) -> list[float]:
    return [value, *interval, *naive]


def dimension(cell: Cell, rng: np.random.Generator) -> Noted:
    """TwoNN by likelihood and by fit, and Gride at every rank, from one graph."""
    graph = rs.knn_graph(sample(cell.population, cell.n, cell.d, rng), GRAPH, threads=1)
    found: Noted = {}
    for estimator in ("mle", "fit"):
        ours, naive = (rs.id_twonn(graph, estimator=estimator, error=error) for error in ("auto", "model"))
        found[f"id_twonn {estimator}"] = noted(ours.value, ours.interval, naive.interval)
    ours, naive = (rs.id_gride(graph, error=error) for error in ("auto", "model"))
    for rank, value, stderr, model in zip(ours.x, ours.values, ours.stderr, naive.stderr, strict=True):
        reach, short = 1.96 * stderr, 1.96 * model
        found[f"id_gride rank {int(rank)}"] = noted(
            value, (value - reach, value + reach), (value - short, value + short)
        )
    return found


def overlap(cell: Cell, rng: np.random.Generator) -> Noted:
    """Overlap of two noisy views of the same points, and of one view with noisy labels in four classes."""
    points = sample(cell.population, cell.n, cell.d, rng)
    scale = NOISE * np.abs(points).mean(axis=1, keepdims=True)
    views = [points + scale * rng.normal(size=points.shape) for _ in range(2)]
    g, h = (rs.knn_graph(view, SURROUNDINGS, threads=1) for view in views)
    sides = points[:, :2] + scale * rng.normal(size=(cell.n, 2)) > 0
    labels = sides @ np.array([1, 2])
    found: Noted = {}
    for k in OVERLAP_K:
        pairs: list[tuple[str, Callable[..., Any], tuple[Any, ...]]] = [
            ("overlap_neighbors", rs.overlap_neighbors, (g, h)),
            ("overlap_labels", rs.overlap_labels, (g, labels)),
        ]
        for name, measure, arguments in pairs:
            ours, naive = (measure(*arguments, k=k, error=error) for error in ("auto", "naive"))
            found[f"{name} k={k}"] = noted(ours.value, ours.interval, naive.interval)
    return found


def null(cell: Cell, rng: np.random.Generator) -> Noted:
    """Permutation tests where nothing is to be found: points, labels and whole families that know nothing of one another."""
    families = np.repeat(np.arange(cell.n // FAMILY), FAMILY)
    centres = rng.normal(size=(cell.n // FAMILY, cell.d))
    points = centres[families] + 0.1 * rng.normal(size=(cell.n, cell.d))
    free = rng.normal(size=(cell.n, cell.d))
    drawn = {"permutations": PERMUTATIONS, "rng": rng}
    k = OVERLAP_K[0]
    by_family = rs.knn_graph(points, k + FAMILY, threads=1)
    plain, other = (rs.knn_graph(one, k, threads=1) for one in (free, rng.normal(size=free.shape)))
    each, whole = rng.integers(0, 4, size=cell.n), rng.integers(0, 4, size=centres.shape[0])[families]
    tests = {
        "overlap_neighbors, independent points": rs.overlap_neighbors(plain, other, k=k, **drawn),
        "overlap_labels, labels at random": rs.overlap_labels(plain, each, k=k, **drawn),
        "overlap_labels, constant in families": rs.overlap_labels(by_family, whole, k=k, groups=families, **drawn),
        "overlap_labels, constant in families, exclude": rs.overlap_labels(
            by_family, whole, k=k, exclude=families, groups=families, **drawn
        ),
        "overlap_labels, constant in families, points shuffled (wrong)": rs.overlap_labels(
            by_family, whole, k=k, **drawn
        ),
    }
    return {name: [float(test.p_value)] for name, test in tests.items()}


KINDS = {"dimension": dimension, "overlap": overlap, "null": null}


def run_cell(cell: Cell, folder: Path, runs: int) -> str:
    """Do the runs that are missing from a cell's file."""
    file = folder / f"{cell.name}.json"
    done: dict[str, list[list[float]]] = json.loads(file.read_text()) if file.exists() else {}
    start = len(next(iter(done.values()), []))
    warnings.simplefilter("ignore")
    for run in range(start, runs):
        rng = np.random.default_rng([*cell.name.encode(), run])
        for name, numbers in KINDS[cell.kind](cell, rng).items():
            done.setdefault(name, []).append(numbers)
        if (run + 1) % KEEP == 0 or run + 1 == runs:
            part = file.with_suffix(".part")
            part.write_text(json.dumps(done))
            part.replace(file)
    return f"{cell.name}: {max(start, runs)} runs"


def covered(numbers: np.ndarray, low: int) -> float:
    """Share of the intervals in columns low and low + 1 that hold the mean of the values."""
    mean = numbers[:, 0].mean()
    return float(((numbers[:, low] <= mean) & (mean <= numbers[:, low + 1])).mean())


def table(folder: Path) -> str:
    """Write what the files hold as markdown."""
    covering: dict[str, list[str]] = {}
    rejecting: list[str] = []
    for cell in cells():
        file = folder / f"{cell.name}.json"
        if not file.exists():
            continue
        for name, rows in json.loads(file.read_text()).items():
            numbers = np.array(rows)
            if cell.kind == "null":
                share = float((numbers[:, 0] <= 0.05).mean())
                rejecting.append(f"| {name} | {cell.d} | {cell.n:,} | {len(rows):,} | {share:.3f} |")
                continue
            ours, naive = covered(numbers, 1), covered(numbers, 3)
            mark = "" if 0.92 <= ours <= 0.98 else " *"
            bias = f"{numbers[:, 0].mean() - cell.d:+.2f}" if cell.kind == "dimension" else ""
            covering.setdefault(name, []).append(
                f"| {cell.population} | {cell.d} | {cell.n:,} | {len(rows):,} | {numbers[:, 0].mean():.3f} | {bias} | "
                f"{numbers[:, 0].std(ddof=1):.4f} | {ours:.3f}{mark} | {naive:.3f} |"
            )
    head = "| population | d | N | runs | mean | bias | sd | coverage | naive |\n|---|---|---|---|---|---|---|---|---|"
    parts = [f"### {name}\n\n{head}\n" + "\n".join(rows) for name, rows in covering.items()]
    if rejecting:
        head = "| test | d | N | runs | rejected at .05 |\n|---|---|---|---|---|"
        parts.append("### Permutation tests under the null\n\n" + head + "\n" + "\n".join(sorted(rejecting)))
    return "\n\n".join(parts) + "\n"


MARK = "<!-- written by benchmarks/calibration.py --table -->\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", default="*", help="a pattern such as 'dimension-*-1000'")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--table", type=Path, metavar="PAGE", help="write the table at the end of this page")
    asked = parser.parse_args()
    if asked.table:
        page = asked.table.read_text(encoding="utf-8").split(MARK)[0]
        asked.table.write_text(page + MARK + "\n" + table(asked.folder), encoding="utf-8")
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    os.nice(10)
    chosen = [cell for cell in cells() if fnmatch.fnmatch(cell.name, asked.cells)]
    with ProcessPoolExecutor(asked.processes) as pool:
        for waited in [pool.submit(run_cell, cell, asked.folder, asked.runs) for cell in chosen]:
            print(waited.result(), flush=True)


if __name__ == "__main__":
    main()
