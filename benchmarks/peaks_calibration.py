"""Thresholds of z="auto": the largest significance of a split in samples of one normal distribution, by the thousand.

    python benchmarks/peaks_calibration.py draw samples.jsonl [--share .1]     draw, and go on where it was stopped
    python benchmarks/peaks_calibration.py fit samples.jsonl                   write the table that cluster_peaks reads

Each sample is looked at by every density, at several numbers of neighbours, with its own dimension and with the true one.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import numpy as np

import repscape as rs
from repscape.measures.structure import split_significance, threshold_terms

POINTS = (100, 300, 1000, 3000, 10000, 20000)
RUNS = (200, 200, 200, 120, 50, 30)
DIMENSIONS = (1, 2, 4, 8, 15, 30)
DEPTH = 100
SIZES = {"pak": (10, 30, 100), "kstar": (10, 30, 100), "knn": (5, 16, 50)}
QUANTILE = 0.99
"""Above .95: the surfaces smooth over what single cells need."""
TABLE = Path(rs.__file__).parent / "measures" / "structure" / "_peak_table.json"


def drawn(n: int, dimension: int, run: int) -> list[dict[str, object]]:
    """Return what one sample says, for every density, number of neighbours and dimension."""
    X = np.random.default_rng([n, dimension, run]).normal(size=(n, dimension))
    graph = rs.knn_graph(X, min(DEPTH, n - 1))
    rows = []
    for density, sizes in SIZES.items():
        for k in sizes:
            for given in (False, True):
                k_used = min(k, n - 1)
                held = graph if density == "knn" else graph.truncate(k_used)
                worst, used = split_significance(
                    held, density=density, k=k_used, id=float(dimension) if given else None
                )
                rows.append(
                    {"n": n, "d": dimension, "run": run, "density": density, "k": k_used, "given": given}
                    | {"id": round(used, 4), "worst": round(min(worst, 1e9), 5)}
                )
    return rows


def draw(path: Path, share: float) -> None:
    """Draw what is missing, the small samples first, and write each down as it comes."""
    done = set()
    if path.exists():
        done = {(r["n"], r["d"], r["run"]) for r in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    with path.open("a", encoding="utf-8") as held:
        for n, runs in zip(POINTS, RUNS, strict=True):
            for run in range(max(1, round(runs * share))):
                for dimension in DIMENSIONS:
                    if (n, dimension, run) not in done:
                        held.writelines(json.dumps(row) + "\n" for row in drawn(n, dimension, run))
                        held.flush()


def fitted(rows: list[dict[str, float]]) -> dict[str, object]:
    """Return the surfaces of one density and number of neighbours: mean, spread, and how far above the quantile lies."""
    worst = np.array([row["worst"] for row in rows])
    kept = worst < 1e8  # samples that nothing links, as in one dimension with few neighbours
    at = np.array([threshold_terms(row["n"], row["id"]) for row in rows])[kept]
    worst = worst[kept]
    mean = np.linalg.lstsq(at, worst, rcond=None)[0]
    off = np.abs(worst - at @ mean)
    spread = np.linalg.lstsq(at, off * math.sqrt(math.pi / 2), rcond=None)[0]
    least = 0.25 * float(off.mean())
    reach = float(np.quantile((worst - at @ mean) / np.maximum(at @ spread, least), QUANTILE))
    ids = [row["id"] for row in rows]
    return {
        "mean": mean.round(5).tolist(),
        "spread": spread.round(5).tolist(),
        "least_spread": round(least, 5),
        "reach": round(reach, 4),
        "id": [round(min(ids), 3), round(max(ids), 3)],
        "samples": int(kept.sum()),
    }


def fit(path: Path) -> None:
    """Write the table."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    cells: dict[str, dict[str, object]] = {}
    for density, sizes in SIZES.items():
        for given in (False, True):
            held = [r for r in rows if r["density"] == density and r["given"] == given]
            cells[f"{density}/{'given' if given else 'own'}"] = {
                str(k): fitted([r for r in held if r["k"] == min(k, r["n"] - 1)]) for k in sizes
            }
    found = {
        "about": "Largest significance of a split in samples of one normal distribution: benchmarks/peaks_calibration.py",
        "points": [min(r["n"] for r in rows), max(r["n"] for r in rows)],
        "dimensions": [min(DIMENSIONS), max(DIMENSIONS)],
        "cells": cells,
    }
    TABLE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Draw or fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("draw", "fit"))
    parser.add_argument("samples", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="share of the runs of each cell")
    given = parser.parse_args()
    if given.what == "draw":
        draw(given.samples, given.share)
    else:
        fit(given.samples)


if __name__ == "__main__":
    main()
