"""Linear predictivity with scikit-learn's ridge, one unit at a time."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import Ridge

OPTIONS = [{}, {"folds": 3, "ridge": 0.5}, {"summary": "median"}]


def slow(X, Y, columns, *, folds=5, ridge=0.01, summary="mean"):
    n = len(X)
    predicted = np.empty_like(Y)
    for part in np.array_split(np.random.default_rng(0).permutation(n), folds):
        learned = np.setdiff1d(np.arange(n), part)
        away = X[learned] - X[learned].mean(axis=0)
        penalty = ridge * np.trace(away.T @ away) / X.shape[1]
        for unit in range(Y.shape[1]):
            model = Ridge(alpha=penalty, solver="cholesky").fit(X[learned], Y[learned, unit])
            predicted[part, unit] = model.predict(X[part])
    found = [np.corrcoef(predicted[:, unit], Y[:, unit])[0, 1] for unit in range(Y.shape[1])]
    return getattr(np, summary)(found)
