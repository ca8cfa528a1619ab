"""Neighbourhood overlap by Python sets."""

from __future__ import annotations

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 37}]


def slow(X, Y, columns, *, k=10):
    a, b = neighbors(X, k)[0], neighbors(Y, k)[0]
    return sum(len(set(a[i]) & set(b[i])) / k for i in range(len(a))) / len(a)
