"""Lengths of the tree by scipy, slopes by numpy's fit; the subsets are drawn as the measure draws them."""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import pdist, squareform

OPTIONS = [{"sizes": (20, 40, 70), "draws": 2}, {"sizes": (20, 30, 75), "draws": 3, "power": 0.5}]


def slow(X, Y, columns, *, sizes, draws, power=1.0):
    rng, slopes = np.random.default_rng(0), []
    for _ in range(draws):
        order = rng.permutation(len(X))
        lengths = [(minimum_spanning_tree(squareform(pdist(X[order[:size]]))).data ** power).sum() for size in sizes]
        slopes.append(np.polyfit(np.log(sizes), np.log(lengths), 1)[0])
    return power / (1 - np.mean(slopes))
