"""Disagreement, example by example."""

from __future__ import annotations

OPTIONS = [{}]


def slow(X, Y, columns):
    width = min(X.shape[1], Y.shape[1])
    differ = 0
    for x, y in zip(X[:, :width].tolist(), Y[:, :width].tolist(), strict=True):
        differ += x.index(max(x)) != y.index(max(y))
    return differ / len(X)
