"""Magnitude difference in one line."""

from __future__ import annotations

import numpy as np

OPTIONS = [{}]


def slow(X, Y, columns):
    return abs(np.sqrt((X.mean(axis=0) ** 2).sum()) - np.sqrt((Y.mean(axis=0) ** 2).sum()))
