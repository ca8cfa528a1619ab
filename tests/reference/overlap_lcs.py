"""Longest common subsequence by the textbook table."""

from __future__ import annotations

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 37}, {"k": 70}]


def longest(a, b):
    above = [0] * (len(b) + 1)
    for x in a:
        row = [0]
        for j, y in enumerate(b, 1):
            row.append(above[j - 1] + 1 if x == y else max(above[j], row[-1]))
        above = row
    return above[-1]


def slow(X, Y, columns, *, k=10):
    a, b = neighbors(X, k)[0], neighbors(Y, k)[0]
    return sum(longest(a[i], b[i]) / k for i in range(len(a))) / len(a)
