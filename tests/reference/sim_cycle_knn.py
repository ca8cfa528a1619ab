"""Cycle consistency with sets and a loop over examples."""

from __future__ import annotations

from tests.reference.sim_jaccard import neighbours

OPTIONS = [{}, {"k": 3}, {"k": 1, "metric": "euclidean"}]


def slow(X, Y, columns, *, k=10, metric="cosine"):
    here, there = neighbours(X, k, metric), neighbours(Y, k, metric)
    found = [i in set().union(*(here[j] for j in there[i])) for i in range(len(X))]
    return sum(found) / len(found)
