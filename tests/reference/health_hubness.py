"""Hubness by walking each point's neighbours, and scipy's skewness."""

from __future__ import annotations

from collections import Counter

from scipy.stats import skew

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 25}]


def slow(X, Y, columns, *, k=10):
    counts = Counter(j for row in neighbors(X, k)[0] for j in row)
    return skew([counts[i] for i in range(len(X))])
