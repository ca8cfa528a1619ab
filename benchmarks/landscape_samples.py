"""Distributions and mixtures that the tables of docs/landscape.md are made of."""

from __future__ import annotations

import numpy as np


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


DRAWS = {"normal": normal, "ball": ball, "heavy": heavy}


def mixture(n: int, d: int, *, kinds: int, apart: float, rng: np.random.Generator) -> np.ndarray:
    """Draw from unit normal distributions on a square grid whose neighbours stand so far apart."""
    side = int(np.ceil(np.sqrt(kinds)))
    centres = np.zeros((kinds, d))
    centres[:, :2] = [(apart * (i % side), apart * (i // side)) for i in range(kinds)]
    return centres[rng.integers(0, kinds, n)] + rng.normal(size=(n, d))
