"""Comparators of dissimilarity matrices. What one side needs (centring, ranks, row sums) is done once per side.

A comparison is then one inner product over the n (n - 1) / 2 pairs, or, for Kendall's tau, one merge sort.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.linalg import cholesky, solve_triangular

from ...errors import DegenerateDataError, InputError, MemoryBudgetError
from ..points import IntArray
from ._kernels import count_inversions, sort_runs
from ._rdm import conditions, pair_places, pairs_of

FloatArray = npt.NDArray[np.float64]
COMPARATORS = (
    "pearson", "spearman", "rho_a", "kendall", "kendall_a", "cosine", "whitened_cosine", "whitened_pearson",
)  # fmt: skip
RANKED = ("spearman", "rho_a", "kendall", "kendall_a")
WHITENED = ("whitened_cosine", "whitened_pearson")
CENTRED = ("pearson", "spearman", "rho_a", "whitened_pearson")
HELD_BYTES = (
    1 << 30
)  # up to so much an RDM is held; a larger one is worked out again, piece by piece, at every comparison
FLAT = 1e-12
TIED = 1e-13  # equal dissimilarities come out of matrix products with other last digits


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Ranks of the pairs, for Kendall's tau."""

    rank: npt.NDArray[np.int32]
    """(m,) ties share a rank."""
    order: npt.NDArray[np.int64]
    """(m,) pairs from smallest to largest."""
    starts: npt.NDArray[np.int64]
    """Where runs of ties begin in that order."""
    stops: npt.NDArray[np.int64]
    """Where they end."""

    @property
    def tied(self) -> int:
        """Pairs of pairs that are tied."""
        length = self.stops - self.starts
        return int((length * (length - 1) // 2).sum())


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One RDM, ready for a comparator."""

    n: int
    """Conditions."""
    compare: str
    pieces: Callable[[], Iterable[FloatArray]]
    """Consecutive pieces of the condensed vector, centred (or ranked) and scaled so that a comparison is an inner product."""
    vector: FloatArray | None = None
    """All pieces, where they are held."""
    sums: FloatArray | None = None
    """(n,) for the whitened comparators: what is taken from an inner product is the product of two of these."""
    ranks: Ranks | None = None
    norm: float = math.nan
    """What the centred vector (or ranks) was divided by."""
    weights: list[tuple[float, float, float]] = field(default_factory=list)
    """Mean, sum of squares and squared row sums of what is compared, once its chance was asked for; no order changes them."""
    again: Callable[[IntArray], Side] | None = None
    """Works the side out from chosen conditions, where the vector is not held."""

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        ranks = 0 if self.ranks is None else self.ranks.rank.nbytes + self.ranks.order.nbytes
        return ranks + (0 if self.vector is None else self.vector.nbytes)

    def subset(self, rows: IntArray) -> Side:
        """Take some of the conditions; a condition may be there twice, and is then not compared with itself."""
        if self.vector is None:
            return self.again(rows)  # type: ignore[misc]
        places = pair_places(rows, self.n)
        return side_of(
            self.vector[places[places >= 0]], self.compare, name="a subset", function="RSA", kept=places >= 0
        )

    def shuffled(self, order: IntArray) -> Side:
        """Return the conditions in another order, as the second side of a comparison."""
        if self.vector is None:
            return self.again(order)  # type: ignore[misc]
        places = pair_places(order, self.n)
        moved = self.vector[places]
        return replace(
            self,
            vector=moved,
            pieces=lambda: (moved,),
            sums=None if self.sums is None else self.sums[order],
            ranks=None if self.ranks is None else replace(self.ranks, rank=self.ranks.rank[places]),
        )


def side_of(
    vector: FloatArray, compare: str, *, name: str, function: str, kept: npt.NDArray[np.bool_] | None = None
) -> Side:
    """Prepare a condensed vector for a comparator; it is not written to. `kept`: of all pairs, those that the vector has."""
    n = conditions(vector.size if kept is None else kept.size)
    low, high = (float(vector.min()), float(vector.max())) if vector.size else (0.0, 0.0)
    _refuse_flat(low, high, compare, name, function)
    if compare in RANKED:
        ranks, vector = _ranked(vector, with_order=compare in ("kendall", "kendall_a"))
    else:
        ranks = None
    if compare in CENTRED:
        vector = vector - vector.mean()
    sums = None
    if compare in WHITENED:
        whole = kept is None or bool(kept.all())
        sums = _taken(row_sums([vector], n)) if whole else _taken_of_some(vector, np.asarray(kept), n)
    norm = math.sqrt(_inner([vector], [vector], sums, sums))
    if compare == "rho_a":  # as if ties were broken at random: what ranks without ties would have
        norm = math.sqrt((vector.size**3 - vector.size) / 12)
    scaled = vector / norm
    return Side(n, compare, lambda: (scaled,), scaled, None if sums is None else sums / norm, ranks, norm)


def streamed_side(
    pieces: Callable[[], Iterator[FloatArray]],
    n: int,
    compare: str,
    *,
    name: str,
    function: str,
    again: Callable[[IntArray], Side],
) -> Side:
    """Prepare an RDM that is worked out piece by piece, and never held."""
    if compare in RANKED:
        raise MemoryBudgetError(
            f"compare={compare!r} of {function} ranks all {pairs_of(n):,} pairs of {n:,} conditions, which takes "
            f"{8 * pairs_of(n) / 2**30:.0f} GiB for each side. Take compare='pearson', or fewer conditions."
        )
    low, high, total = math.inf, -math.inf, 0.0
    for piece in pieces():
        low, high, total = min(low, float(piece.min())), max(high, float(piece.max())), total + float(piece.sum())
    _refuse_flat(low, high, compare, name, function)
    mean = total / pairs_of(n) if compare in CENTRED else 0.0
    sums = _taken(row_sums(pieces(), n) - mean * (n - 1)) if compare in WHITENED else None
    norm = math.sqrt(_inner((p - mean for p in pieces()), (p - mean for p in pieces()), sums, sums))
    return Side(
        n,
        compare,
        lambda: ((piece - mean) / norm for piece in pieces()),
        sums=None if sums is None else sums / norm,
        again=again,
    )


def compared(first: Side, second: Side) -> float:
    """Return how alike two sides are."""
    if first.ranks is not None and second.ranks is not None and first.compare != "spearman":
        return _kendall(first.ranks, second.ranks, first.compare)
    return float(np.clip(_inner(first.pieces(), second.pieces(), first.sums, second.sums), -1.0, 1.0))


def _refuse_flat(low: float, high: float, compare: str, name: str, function: str) -> None:
    scale = max(abs(low), abs(high))
    if scale == 0 or ("cosine" not in compare and high - low <= FLAT * scale):
        raise DegenerateDataError(
            f"{name} of {function} must give dissimilarities that differ: all are {high:.6g}, which {compare} cannot compare."
        )


def _inner(
    first: Iterable[FloatArray], second: Iterable[FloatArray], sums: FloatArray | None, others: FloatArray | None
) -> float:
    """Return the inner product; with sums, the one in which sampling errors of dissimilarities are white."""
    product = sum(float(a @ b) for a, b in zip(first, second, strict=True))
    return product if sums is None or others is None else product - float(sums @ others)


def _taken(sums: FloatArray) -> FloatArray:
    """Return what whitening takes off, from the row sums s of all pairs.

    Dissimilarities that share a condition are correlated by 1/4 [Diedrichsen et al. 2021]: their covariance is 2 I + B'B up to
    scale, where B adds the pairs up by condition. Its inverse is (I - B' M B) / 2 with M = (2 I + B B')^-1, of all pairs
    (I - 1 1' / (2 n)) / n, whose root is this.
    """
    root: FloatArray = (sums - (1 - math.sqrt(0.5)) * sums.mean()) / math.sqrt(sums.size)
    return root


def _taken_of_some(vector: FloatArray, kept: npt.NDArray[np.bool_], n: int) -> FloatArray:
    """Return the same where some pairs are left out: B B' then counts the pairs that are there."""
    first, second = (side[kept] for side in np.triu_indices(n, 1))
    gram = np.zeros((n, n))
    gram[first, second] = gram[second, first] = 1.0
    gram[np.diag_indices(n)] = 2.0 + gram.sum(axis=1)
    sums = np.bincount(first, vector, minlength=n) + np.bincount(second, vector, minlength=n)
    root: FloatArray = solve_triangular(cholesky(gram, lower=True), sums, lower=True)
    return root


def row_sums(pieces: Iterable[FloatArray], n: int) -> FloatArray:
    """Return the sum of the dissimilarities of each condition."""
    sums = np.zeros(n)
    row = 0
    for piece in pieces:
        place = 0
        while place < piece.size:
            part = piece[place : place + n - 1 - row]
            sums[row] += part.sum()
            sums[row + 1 :] += part
            place += part.size
            row += 1
    return sums


def _ranked(vector: FloatArray, *, with_order: bool) -> tuple[Ranks | None, FloatArray]:
    """Return ranks for Kendall's tau where wanted, and average ranks."""
    order = np.argsort(vector)
    steps = np.diff(vector[order])
    apart = steps > TIED * max(abs(float(vector[order[0]])), abs(float(vector[order[-1]])))
    edges = np.concatenate([[0], np.flatnonzero(apart) + 1, [vector.size]])
    average = np.empty(vector.size)
    if edges.size == vector.size + 1:  # no ties
        average[order] = np.arange(vector.size)
    else:
        average[order] = np.repeat((edges[:-1] + edges[1:] - 1) / 2, np.diff(edges))
    if not with_order:
        return None, average
    rank = np.empty(vector.size, dtype=np.int32)
    rank[order] = np.append(0, apart.cumsum())
    tied = np.diff(edges) > 1
    return Ranks(rank, order, edges[:-1][tied], edges[1:][tied]), average


def _kendall(first: Ranks, second: Ranks, compare: str) -> float:
    values = second.rank[first.order]
    both = int(sort_runs(values, first.starts, first.stops))
    discordant = int(count_inversions(values, np.empty_like(values)))
    total = values.size * (values.size - 1) // 2
    agreement = total - first.tied - second.tied + both - 2 * discordant
    if compare == "kendall_a":
        return agreement / total
    return agreement / math.sqrt((total - first.tied) * (total - second.tied))


def same_conditions(first: Side, second: Side, function: str) -> None:
    """Refuse RDMs of different numbers of conditions."""
    if first.n != second.n:
        raise InputError(f"both RDMs of {function} must be of the same conditions. Got {first.n} and {second.n}.")
