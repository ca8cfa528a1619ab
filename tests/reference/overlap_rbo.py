"""Rank-biased overlap from its sum over depths, with Python sets."""

from __future__ import annotations

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 37}, {"p": 0.9}, {"k": 20, "p": 0.0}]


def of_lists(a, b, p):
    k = len(a)
    agreement = [len(set(a[:d]) & set(b[:d])) / d for d in range(1, k + 1)]
    return (1 - p) * sum(p ** (d - 1) * agreement[d - 1] for d in range(1, k + 1)) + p**k * agreement[-1]


def slow(X, Y, columns, *, k=10, p=None):
    a, b = neighbors(X, k)[0], neighbors(Y, k)[0]
    return sum(of_lists(list(a[i]), list(b[i]), 1 - 1 / k if p is None else p) for i in range(len(a))) / len(a)
