"""k-NN probe with scikit-learn's classifier and regressor, fold by fold."""

from __future__ import annotations

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import NearestNeighbors

OPTIONS = [
    {"k": [1, 3, 9], "metric": "accuracy"},
    {"k": 1, "metric": "accuracy"},
    {"k": [4, 10], "folds": 3, "metric": "accuracy"},
    {"k": [5, 10], "task": "values", "metric": "r2"},
]


def slow(X, Y, columns, *, k, task="classes", folds=5, metric="accuracy"):
    y, sizes = columns["labels"], np.atleast_1d(k)
    kind = KFold if task == "values" else StratifiedKFold
    cut = [test for _, test in kind(folds, shuffle=True, random_state=0).split(X, y)]
    values = []
    for test in cut:
        train = np.setdiff1d(np.arange(len(y)), test)
        inner = [rows for rows in cut if rows is not test]
        right = [
            sum(_right(X, y, np.setdiff1d(train, rows), rows, size, task).sum() for rows in inner) for size in sizes
        ]
        best = max(range(len(sizes)), key=lambda place: (right[place], sizes[place]))
        values.append(_right(X, y, train, test, sizes[best], task).mean())
    return np.mean(values)


def _right(X, y, train, test, k, task):
    near = train[NearestNeighbors(n_neighbors=k, algorithm="brute").fit(X[train]).kneighbors(X[test])[1]]
    if task == "values":
        return 1 - (y[test] - y[near].mean(axis=1)) ** 2 / ((y[test] - y[train].mean()) ** 2).mean()
    said = []
    for row in y[near]:
        votes = {c: ((row == c).sum(), -np.flatnonzero(row == c).sum()) for c in np.unique(row)}
        said.append(max(votes, key=lambda c: votes[c]))
    return (np.array(said) == y[test]).astype(float)
