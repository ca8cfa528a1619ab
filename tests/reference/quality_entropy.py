"""Matrix entropy from the full (n, n) matrix of cosines."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{}, {"order": 2.0}, {"order": 0.5, "centre": True}, {"order": math.inf}, {"normalise": False}]


def slow(X, Y, columns, *, order=1.0, centre=False, normalise=True):
    n, d = X.shape
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    if centre:
        unit = unit - unit.mean(axis=0)
    gram = unit @ unit.T
    values = np.linalg.eigvalsh(gram / np.trace(gram))
    values = values[values > 1e-12]
    if order == 1:
        found = -sum(v * math.log(v) for v in values)
    elif order == math.inf:
        found = -math.log(max(values))
    else:
        found = math.log(sum(v**order for v in values)) / (1 - order)
    return found / math.log(min(n - centre, d)) if normalise else found
