"""RTD with a reduction of the boundary matrix over two elements, by hand."""

from __future__ import annotations

import itertools

import numpy as np
from scipy.spatial.distance import cdist

OPTIONS = [{"batch": 14, "trials": 2}]


def slow(X, Y, columns, *, dimension=1, batch=None, trials=10):
    source, found = np.random.default_rng(0), []
    for _ in range(trials):
        rows = source.permutation(len(X))[:batch]
        R, S = (cdist(A[rows], A[rows]) for A in (X, Y))
        R, S = R / np.quantile(R, 0.9), S / np.quantile(S, 0.9)
        found += [length(R, S, dimension), length(S, R, dimension)]
    return np.mean(found)


def length(R, S, dimension):
    bars = bars_of(np.block([[np.zeros_like(R), R], [R, np.minimum(R, S)]]), dimension=dimension)
    return (bars[:, 1] - bars[:, 0]).sum()


def bars_of(away, *, dimension=1):
    """Return (birth, death) of the finite bars of one dimension, by the reduction of the boundary matrix over two elements."""
    n = len(away)
    simplices = [(0.0, (i,)) for i in range(n)]
    for size in range(2, dimension + 3):
        for chosen in itertools.combinations(range(n), size):
            simplices.append((max(away[a, b] for a, b in itertools.combinations(chosen, 2)), chosen))
    simplices.sort(key=lambda entry: (entry[0], len(entry[1]), entry[1]))
    place = {simplex: row for row, (_, simplex) in enumerate(simplices)}
    lowest, columns, found = {}, {}, []
    for row, (death, simplex) in enumerate(simplices):
        faces = itertools.combinations(simplex, len(simplex) - 1) if len(simplex) > 1 else ()
        column = {place[face] for face in faces}
        while column and max(column) in lowest:
            column ^= columns[lowest[max(column)]]
        columns[row] = column
        if column:
            low = max(column)
            lowest[low] = row
            birth, born = simplices[low]
            if len(born) == dimension + 1 and death > birth:
                found.append((birth, death))
    return np.array(found).reshape(-1, 2)
