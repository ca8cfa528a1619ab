"""Value overlap by ranking all values for each point; tied places are shared."""

from __future__ import annotations

from tests.reference.neighbors import neighbors

OPTIONS = [{}, {"k": 1}, {"k": 37}, {"k": 149}]


def credits(phi, i, k):
    """Return what each other point counts among the k nearest values of point i."""
    gaps = {j: abs(phi[j] - phi[i]) for j in range(len(phi)) if j != i}
    last = sorted(gaps.values())[k - 1]
    nearer = [j for j in gaps if gaps[j] < last]
    level = [j for j in gaps if gaps[j] == last]
    return {**dict.fromkeys(nearer, 1.0), **dict.fromkeys(level, (k - len(nearer)) / len(level))}


def slow(X, Y, columns, *, k=10):
    phi = columns["values"]
    rows = neighbors(X, k)[0]
    counted = [credits(phi, i, k) for i in range(len(phi))]
    return sum(sum(counted[i].get(j, 0.0) for j in row) / k for i, row in enumerate(rows)) / len(rows)
