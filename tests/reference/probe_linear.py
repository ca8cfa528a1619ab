"""Linear probe with scikit-learn, fold by fold and penalty by penalty."""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss
from sklearn.model_selection import KFold, StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

PENALTIES = np.logspace(-2, 5, 8)
GROUPS = np.arange(150) // 3
OPTIONS = [
    {"tol": 1e-10, "penalties": [2.0], "shuffle": False, "metric": "log_loss"},
    {"tol": 1e-10, "penalties": [0.1, 30.0], "folds": 3, "metric": "balanced_accuracy"},
    {"tol": 1e-10, "penalties": [0.1, 30.0], "folds": 4, "groups": GROUPS, "metric": "macro_f1"},
    {"task": "values", "metric": "r2"},
]
METRICS = {
    "accuracy": lambda y, p: (p.argmax(1) == y).mean(),
    "balanced_accuracy": lambda y, p: balanced_accuracy_score(y, p.argmax(1)),
    "macro_f1": lambda y, p: f1_score(y, p.argmax(1), average="macro"),
    "log_loss": log_loss,
}


@threadpool_limits.wrap(limits=1)
def slow(X, Y, columns, *, task="classes", metric="accuracy", penalties=PENALTIES, folds=5, **options):
    y, groups = columns["labels"], options.get("groups")
    kind = (KFold if task == "values" else StratifiedKFold) if groups is None else StratifiedGroupKFold
    shuffled = {"shuffle": True, "random_state": 0} if options.get("shuffle", True) else {}
    cut = [test for _, test in kind(folds, **shuffled).split(X, y, groups)]
    values = []
    for test in cut:
        train = np.setdiff1d(np.arange(len(y)), test)
        inner = [rows for rows in cut if rows is not test]
        losses = [
            sum(_loss(task, X, y, np.setdiff1d(train, rows), rows, penalty) * len(rows) for rows in inner)
            for penalty in penalties
        ]
        model = _fitted(task, X[train], y[train], penalties[int(np.argmin(losses))])
        if task == "values":
            left = ((model.predict(X[test]) - y[test]) ** 2).sum()
            values.append(1 - left / ((y[test] - y[train].mean()) ** 2).sum())
        else:
            values.append(METRICS[metric](y[test], model.predict_proba(X[test])))
    return np.mean(values)


def _fitted(task, X, y, penalty):
    regression = (
        Ridge(alpha=penalty) if task == "values" else LogisticRegression(C=1 / penalty, tol=1e-9, max_iter=9999)
    )
    return make_pipeline(StandardScaler(), regression).fit(X, y)


def _loss(task, X, y, train, test, penalty):
    model = _fitted(task, X[train], y[train], penalty)
    if task == "values":
        return ((model.predict(X[test]) - y[test]) ** 2).mean()
    return log_loss(y[test], model.predict_proba(X[test]), labels=np.unique(y))
