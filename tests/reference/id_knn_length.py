"""Lengths from all distances, sorted; slopes by numpy's fit; the subsets are drawn as the measure draws them."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

OPTIONS = [{"k": 2, "sizes": (20, 40, 70), "draws": 2}, {"k": 3, "sizes": (20, 30, 75), "draws": 3, "power": 0.5}]


def slow(X, Y, columns, *, k, sizes, draws, power=1.0):
    rng, slopes = np.random.default_rng(0), []
    for _ in range(draws):
        lengths = []
        for size in sizes:
            own = X[rng.permutation(len(X))[:size]]
            lengths.append((np.sort(cdist(own, own), axis=1)[:, 1 : k + 1] ** power).sum())
        slopes.append(np.polyfit(np.log(sizes), np.log(lengths), 1)[0])
    return power / (1 - np.mean(slopes))
