"""Matched units by trying pairs one after another, with numpy's own correlations."""

from __future__ import annotations

import itertools

import numpy as np

OPTIONS = [{}, {"form": "soft"}, {"absolute": True}, {"form": "soft", "absolute": True}]


def slow(X, Y, columns, *, form="hard", absolute=False):
    C = np.corrcoef(X.T, Y.T)[: X.shape[1], X.shape[1] :]
    C = np.abs(C) if absolute else C
    if form == "soft":
        return (C.max(axis=0).mean() + C.max(axis=1).mean()) / 2
    C = C if C.shape[0] >= C.shape[1] else C.T
    width = C.shape[1]
    return max(C[list(rows), range(width)].mean() for rows in itertools.permutations(range(C.shape[0]), width))
