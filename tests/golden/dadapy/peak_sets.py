"""The points on which peaks, adaptive dimensions and discrete dimensions are set beside the peer's; numpy alone."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np

ROWS = 5000
KEPT = 10  # of a real set the density is kept at every so-manieth row
ACIDS = "ACDEFGHIKLMNPQRSTVWY"
HERE = Path(__file__).parent
REAL = ("mnist", "kmnist", "glove", "scope")
DIMENSION = {"own": 4.0, "blobs": 2.0, "mnist": 12.0, "kmnist": 16.0, "glove": 22.0, "scope": 12.0}


def made(name: str) -> np.ndarray:
    """Return points that need no data: the kept inputs, or six unlike blobs of a plane."""
    if name == "own":
        with np.load(HERE / "inputs.npz") as held:
            return held["X"]
    rng = np.random.default_rng(7)
    centres = np.array([[0, 0], [4, 0], [0, 5], [7, 6], [9, -2], [3, 9]])
    return np.concatenate([c + s * rng.normal(size=(m, 2)) for c, s, m in zip(centres, WIDTHS, SIZES, strict=True)])


WIDTHS = (1.0, 0.7, 1.2, 1.5, 0.5, 1.0)
SIZES = (300, 150, 250, 300, 60, 140)


def real(name: str, folder: Path) -> np.ndarray:
    """Return the first rows of a real set."""
    if name in ("mnist", "kmnist"):
        with np.load(folder / f"{name}_test_10k.npz") as held:
            return held["images"][:ROWS].reshape(ROWS, -1).astype(float)
    if name == "glove":
        with np.load(folder / "glove_6B_50d_subset.npz") as held:
            return held["vectors"][:ROWS].astype(float)
    with gzip.open(folder / "scope208_35pct_superfamilies.csv.gz", "rt", encoding="utf-8") as held:
        texts = [row["seq"] for _, row in zip(range(ROWS), csv.DictReader(held), strict=False)]
    return np.array([[text.count(acid) / len(text) for acid in ACIDS] for text in texts])


def lattice() -> np.ndarray:
    """Return points of a four-dimensional lattice that lie in six."""
    rng = np.random.default_rng(3)
    core = rng.integers(0, 30, size=(1500, 4))
    return np.column_stack([core, core[:, :2]])


def bits() -> np.ndarray:
    """Return correlated bits, 0 and 1."""
    rng = np.random.default_rng(4)
    core = rng.integers(0, 2, size=(800, 25))
    return np.concatenate([core, core ^ (rng.random((800, 25)) < 0.2)], axis=1)
