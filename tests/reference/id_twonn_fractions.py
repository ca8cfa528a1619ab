"""The curve written out: TwoNN as written out, once for each fraction."""

from __future__ import annotations

import numpy as np

from tests.reference.id_twonn import slow as slow_twonn

OPTIONS = [
    {"fractions": [0.4, 0.75, 1.0]},
    {"estimator": "trimmed", "fractions": [0.5, 0.98]},
    {"estimator": "fit", "fractions": [0.6, 0.95]},
]


def slow(X, Y, columns, *, estimator="mle", fractions):
    return np.array([slow_twonn(X, Y, columns, estimator=estimator, fraction=fraction) for fraction in fractions])
