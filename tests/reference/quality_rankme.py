"""RankMe from the singular values, added up one by one."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{}, {"centre": True}, {"convention": "paper"}]


def slow(X, Y, columns, *, centre=False, convention="exact"):
    lengths = np.linalg.svd(X - X.mean(axis=0) if centre else X, compute_uv=False)
    shares = [float(s / sum(lengths)) + (1e-7 if convention == "paper" else 0) for s in lengths]
    return math.exp(-sum(p * math.log(p) for p in shares))
