"""All pairs counted one radius at a time, and a line fitted by numpy."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist, squareform

OPTIONS = [{}, {"ranks": (5, 30)}, {"radii": 2}, {"radii": 20, "ranks": (1, 2)}, {"error": None}]


def slow(X, Y, columns, *, ranks=(10, 20), radii=8, error="auto"):
    distances = squareform(pdist(X))
    ordered = np.sort(distances, axis=1)  # the point itself comes first
    low, high = (np.median(ordered[:, rank]) for rank in ranks)
    at = [low * (high / low) ** (i / (radii - 1)) for i in range(radii - 1)] + [high]
    # A radius that is itself the distance of a pair counts it, whichever way its last digit was rounded.
    counts = [(distances[np.triu_indices(len(X), 1)] <= r * (1 + 1e-12)).sum() for r in at]
    return np.polyfit(np.log(at), np.log(counts), 1)[0]
