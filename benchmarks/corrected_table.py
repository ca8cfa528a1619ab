"""What Gride reads of known manifolds, by family, dimension and number of points: the table that id_corrected inverts.

python benchmarks/corrected_table.py draw samples.jsonl     draw, and go on where it was stopped
python benchmarks/corrected_table.py fit samples.jsonl      write the table
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

import repscape as rs

POINTS = (300, 1000, 3000, 10000)
RUNS = (8, 5, 3, 1)
DIMENSIONS = (1, 2, 3, 5, 8, 12, 20, 30, 50)
NOISE = (0.0, 0.05)
RANK = 64
TABLE = Path(rs.__file__).parent / "measures" / "dimension" / "_corrected_table.json"
Shape = Callable[[int, int, np.random.Generator], np.ndarray]


def sphere(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a sphere."""
    points = rng.normal(size=(n, d + 1))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def simplex(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw shares of d + 1 parts, all alike likely."""
    parts = rng.exponential(size=(n, d + 1))
    return parts / parts.sum(axis=1, keepdims=True)


def torus(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a product of circles."""
    angle = 2 * np.pi * rng.random(size=(n, d))
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def loops(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a product of closed curves that bend a little more than circles."""
    angle = 2 * np.pi * rng.random(size=(n, d))
    return np.concatenate([np.cos(angle), np.sin(angle), np.cos(2 * angle) / 4, np.sin(2 * angle) / 4], axis=1)


def curved(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from a sheet of which every direction is bent into a wave."""
    sheet = rng.random(size=(n, d))
    return np.concatenate([sheet, np.sin(2 * np.pi * sheet) / 2, np.cos(3 * np.pi * sheet[:, :1]) / 2], axis=1)


FAMILIES: dict[str, Shape] = {
    "gaussian": lambda n, d, rng: rng.normal(size=(n, d)),
    "exponential": lambda n, d, rng: rng.exponential(size=(n, d)),
    "cube": lambda n, d, rng: rng.random(size=(n, d)),
    "simplex": simplex,
    "sphere": sphere,
    "torus": torus,
    "loops": loops,
    "curved": curved,
}
"""What pulls the raw value down (a density that falls off, edges) or up (bending) is in two shapes at least."""


def noisy(points: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Return points with normal noise, relative to their spread, in twice as many further dimensions."""
    if not noise:
        return points
    wide = np.concatenate([points, np.zeros((points.shape[0], 2 * points.shape[1]))], axis=1)
    return wide + noise * points.std() * rng.normal(size=wide.shape) * np.sqrt(points.shape[1] / wide.shape[1])


def drawn(family: str, noise: float, *, n: int, d: int, run: int) -> list[float]:
    """Return Gride's curve of one sample."""
    rng = np.random.default_rng([list(FAMILIES).index(family), round(1000 * noise), n, d, run])
    points = noisy(FAMILIES[family](n, d, rng), noise, rng)
    return [round(float(v), 4) for v in rs.id_gride(points, max_rank=RANK, error=None).values]


def draw(path: Path) -> None:
    """Draw what is missing, the small samples first."""
    done = set()
    if path.exists():
        done = {
            (r["family"], r["noise"], r["n"], r["d"], r["run"]) for r in map(json.loads, path.open(encoding="utf-8"))
        }
    with path.open("a", encoding="utf-8") as held:
        for n, runs in zip(POINTS, RUNS, strict=True):
            for key in ((f, e, n, d, r) for r in range(runs) for f in FAMILIES for e in NOISE for d in DIMENSIONS):
                if key not in done:
                    done.add(key)
                    family, noise, _, d, run = key
                    row = {"family": family, "noise": noise, "n": n, "d": d, "run": run}
                    held.write(json.dumps(row | {"curve": drawn(family, noise, n=n, d=d, run=run)}) + "\n")
                    held.flush()


def fit(path: Path) -> None:
    """Write the mean curve of every cell that was drawn for all dimensions."""
    cells = defaultdict(list)
    for row in map(json.loads, path.open(encoding="utf-8")):
        cells[row["family"], row["noise"], row["n"], row["d"]].append(row["curve"])
    points = [n for n in POINTS if all((f, e, n, d) in cells for f in FAMILIES for e in NOISE for d in DIMENSIONS)]
    curves = {
        f"{f}{f', noise {e:g}' if e else ''}": [
            [[round(float(v), 4) for v in np.mean(cells[f, e, n, d], axis=0)] for d in DIMENSIONS] for n in points
        ]
        for f in FAMILIES
        for e in NOISE
    }
    found = {
        "about": "Gride of known manifolds: benchmarks/corrected_table.py; curves[family][points][dimension][rank]",
        "points": points,
        "dimensions": list(DIMENSIONS),
        "ranks": [2**i for i in range(1, 7)],
        "curves": curves,
    }
    TABLE.write_text(json.dumps(found) + "\n", encoding="utf-8")


def main() -> None:
    """Draw or fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("draw", "fit"))
    parser.add_argument("samples", type=Path)
    given = parser.parse_args()
    (draw if given.what == "draw" else fit)(given.samples)


if __name__ == "__main__":
    main()
