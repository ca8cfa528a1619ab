"""What each condition says of the similarity of two dissimilarity matrices, from all the pairs it stands in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ._kernels import add_by_condition, sum_above
from ._rdm import pairs_of
from ._rdm_compare import Side

FloatArray = npt.NDArray[np.float64]
WITH_INFLUENCE = ("pearson", "spearman", "cosine")


def influence(first: Side, second: Side, value: float) -> FloatArray:
    """Return the (n,) influence of each condition, whose sd over sqrt(n) is the standard error.

    With standardised dissimilarities a and b, a pair adds ab - r (a^2 + b^2) / 2 to r, and a condition twice the mean over its
    pairs. Of ranks the spread is fixed, and a pair also moves the ranks of all that stand above it: in place of the squares
    come the means of the other side's ranks over those, on either side.
    """
    n, pairs = first.n, pairs_of(first.n)
    sums = np.zeros(n)
    if first.compare == "spearman" and first.vector is not None and second.vector is not None:
        a, b = first.vector, second.vector
        moved = _moves_ranks(first, b) + _moves_ranks(second, a)
        add_by_condition(a, b, moved, 0.0, 1.0, 0, 1, sums)
    else:
        row, column = 0, 1
        for a, b in zip(first.pieces(), second.pieces(), strict=True):
            row, column = add_by_condition(a, b, a, value / 2, 0.0, row, column, sums)
    return 2 * pairs / (n - 1) * sums


def _moves_ranks(side: Side, others: FloatArray) -> FloatArray:
    """Return, for each pair, what its place among the ranks of one side adds, in units of a product of scaled ranks."""
    twice = np.rint(2 * np.concatenate(list(side.pieces())) * side.norm)  # ranks of ties lie halfway between whole ones
    places = (twice - twice.min()).astype(np.int64)
    above = np.empty(places.size)
    sum_above(places, others, np.zeros(int(places.max()) + 1), above)
    return above / side.norm
