"""The points that scikit-dimension was asked about."""

from __future__ import annotations

import numpy as np

SETS = ("narrow", "wider", "separable")


def points(name: str) -> np.ndarray:
    """Return normal points of 3, 6 and 90 dimensions, the first two in twice as many."""
    n, d = {"narrow": (300, 3), "wider": (300, 6), "separable": (100, 90)}[name]
    scales = np.linspace(0.5, 1.5, d) if d < 90 else np.ones(d)
    return np.random.default_rng(d).normal(size=(n, d)) * scales @ np.eye(d, 2 * d if d < 90 else d)
