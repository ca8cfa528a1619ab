"""Eigenspace overlap by projectors."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}, {"per": "columns"}, {"centre": True}]


def slow(X, Y, columns, *, per="rank", centre=False):
    X, Y = (A - A.mean(axis=0) * centre for A in (X, Y))
    P, Q = (A @ np.linalg.pinv(A) for A in (X, Y))
    widths = (X.shape[1], Y.shape[1]) if per == "columns" else (np.linalg.matrix_rank(X), np.linalg.matrix_rank(Y))
    return np.trace(P @ Q) / max(widths)
