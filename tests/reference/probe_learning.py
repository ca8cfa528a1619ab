"""Learning curve of the linear probe, one size and one fold at a time."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold

from tests.reference.probe_linear import _fitted, _loss

OPTIONS = [
    {"tol": 1e-10, "fractions": [0.3, 1.0], "penalties": [0.1, 10.0], "folds": 3, "metric": "log_loss"},
    {"tol": 1e-10, "fractions": [0.2, 0.5], "penalties": [1.0], "metric": "log_loss"},
]


def slow(X, Y, columns, *, fractions, penalties, metric, tol, folds=5):
    y = columns["labels"]
    cut = [test for _, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(X, y)]
    order, reach = np.random.default_rng(0).permutation(len(y)), np.zeros(len(y))
    for fold in cut:
        for label in np.unique(y):
            rows = [row for row in order if row in fold and y[row] == label]
            for place, row in enumerate(rows):
                reach[row] = (place + 0.5) / len(rows)
    curve = []
    for share in fractions:
        taken, values = np.flatnonzero(reach <= share), []
        for test in cut:
            train = np.setdiff1d(taken, test)
            inner = [np.intersect1d(rows, taken) for rows in cut if rows is not test]
            losses = [
                sum(_loss("classes", X, y, np.setdiff1d(train, rows), rows, p) * len(rows) for rows in inner)
                for p in penalties
            ]
            model = _fitted("classes", X[train], y[train], penalties[int(np.argmin(losses))])
            values.append(log_loss(y[test], model.predict_proba(X[test])))
        curve.append(np.mean(values))
    return np.array(curve)
