"""Mean and standard deviation of the squared distances of all pairs."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist

OPTIONS = [{}]


def slow(X, Y, columns):
    squared = pdist(X, "sqeuclidean")
    return np.std(squared) / np.mean(squared)
