"""RSA from whole matrices: scipy's distances and correlations, and the whitening covariance written out."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist
from scipy.stats import kendalltau, pearsonr, spearmanr

OPTIONS = [
    {}, {"metric": "correlation", "compare": "spearman"}, {"metric": "euclidean", "compare": "kendall"},
    {"metric": "sqeuclidean", "compare": "cosine"},
]  # fmt: skip


def whitened_cosine(a, b):
    n = int((1 + np.sqrt(1 + 8 * a.size)) / 2)
    contrast = np.zeros((a.size, n))
    for row, (i, j) in enumerate(zip(*np.triu_indices(n, 1), strict=True)):
        contrast[row, i], contrast[row, j] = 1, -1
    inverse = np.linalg.inv((contrast @ contrast.T) ** 2)
    return a @ inverse @ b / np.sqrt((a @ inverse @ a) * (b @ inverse @ b))


def tau_a(a, b):
    product = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    return product.sum() / (a.size * (a.size - 1))


COMPARE = {
    "pearson": lambda a, b: pearsonr(a, b).statistic,
    "spearman": lambda a, b: spearmanr(a, b).statistic,
    "kendall": lambda a, b: kendalltau(a, b).statistic,
    "kendall_a": tau_a,
    "cosine": lambda a, b: a @ b / np.sqrt((a @ a) * (b @ b)),
    "whitened_cosine": whitened_cosine,
}


def slow(X, Y, columns, *, metric="cosine", compare="pearson"):
    return COMPARE[compare](pdist(X, metric), pdist(Y, metric))
