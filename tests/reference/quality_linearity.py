"""Linearity by numpy's least squares with a constant term."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}]


def slow(X, Y, columns):
    inputs = np.column_stack([X, np.ones(len(X))])
    rest = Y - inputs @ np.linalg.lstsq(inputs, Y, rcond=None)[0]
    return 1 - (rest**2).sum() / ((Y - Y.mean(axis=0)) ** 2).sum()
