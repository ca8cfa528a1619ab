"""The slow, obvious answer: every distance by differences in float64, every row sorted by (distance, index)."""

from __future__ import annotations

import numpy as np


def neighbors(X, k, *, queries=None, rows=None):
    """(indices, squared distances) of the k nearest to each query, or to the given rows of X, themselves left out."""
    X = np.asarray(X, dtype=np.float64)
    own = np.arange(len(X)) if rows is None else rows
    asked = X[own] if queries is None else np.asarray(queries, dtype=np.float64)
    indices, squares = np.empty((len(asked), k), np.int64), np.empty((len(asked), k))
    for i, point in enumerate(asked):
        gaps = X - point
        square = np.einsum("ij,ij->i", gaps, gaps)
        if queries is None:
            square[own[i]] = np.inf
        within = np.flatnonzero(
            square <= np.partition(square, k - 1)[k - 1]
        )  # ascending, so ties keep the index's order
        order = within[np.argsort(square[within], kind="stable")[:k]]
        indices[i], squares[i] = order, square[order]
    return indices, squares


class Answer:
    """What is right for some points, worked out once, that several graphs can be held against."""

    def __init__(self, X, k, *, queries=None, rows=None):
        self.X = np.asarray(X, dtype=np.float64)
        own = np.arange(len(X)) if rows is None else rows
        self.asked = self.X[own] if queries is None else np.asarray(queries, dtype=np.float64)
        self.indices, self.squares = neighbors(X, k, queries=queries, rows=rows)

    def check(self, indices, distances):
        """Indices are equal in every place, but where two squared distances differ by less than d 2^-52 relative."""
        np.testing.assert_allclose(distances, np.sqrt(self.squares), rtol=1e-12, atol=0)
        for row, place in np.argwhere(indices != self.indices):
            gap = self.X[indices[row, place]] - self.asked[row]
            np.testing.assert_allclose(gap @ gap, self.squares[row, place], rtol=self.X.shape[1] * 2.0**-52, atol=0)
        for row in np.unique(np.argwhere(indices != self.indices)[:, 0]):
            assert len(set(indices[row].tolist())) == indices.shape[1]


def assert_exact(X, indices, distances, *, queries=None, rows=None):
    """Equal to the oracle, as `Answer.check` has it."""
    Answer(X, indices.shape[1], queries=queries, rows=rows).check(indices, distances)
