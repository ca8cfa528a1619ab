"""Levenshtein distance by the textbook table."""

from __future__ import annotations

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 37}, {"k": 70}]


def distance(a, b):
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
        above = row
    return above[-1]


def slow(X, Y, columns, *, k=10):
    a, b = neighbors(X, k)[0], neighbors(Y, k)[0]
    return sum(1 - distance(a[i], b[i]) / k for i in range(len(a))) / len(a)
