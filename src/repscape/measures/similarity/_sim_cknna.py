"""CKNNA: kernel alignment that looks only at pairs which are near neighbours in both representations.

The kernel of two examples is their inner product, cosine by default. A representation is prepared as the k largest entries of
each row, found block by block (2 n^2 d operations, done once); a comparison then costs about n k.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray, rows_of, share_in_both, spans
from ..uncertainty import DRAWS, TIES, Asked, JointNull, parts_of_groups, spread_of, subsets
from ._gram import BLOCK_BYTES
from ._joint_null import relabelled_values
from ._kernels import shared_alignment
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PairError, error_by_jackknife

FloatArray = npt.NDArray[np.float64]
NAME = "sim_cknna"
LEAST = 4
TIED = 1e-12
"""Part of the largest product of a row by which others differ by rounding alone."""


@within_memory
def sim_cknna(
    X: Any,
    Y: Any,
    *,
    k: int = 10,
    normalize: bool = True,
    axis: Literal["examples", "units"] = "examples",
    error: Literal["auto", "halves", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Centred kernel nearest-neighbour alignment of two representations of the same examples.

    As CKA with the unbiased HSIC, but with the kernel K(i, j) = x_i . x_j set to 0 unless j is among the k examples with the
    largest K(i, .) in both representations, i itself left out [1]_. Each side's norm uses its own neighbours. With k = n - 1
    it is the debiased linear CKA. Lists of neighbours are not symmetric, and neither, by a little, is the published form.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    k : int in [2, n - 1]
        Neighbours of each example; ties go by index.
    normalize : bool
        Divide each row by its length first, as the published comparisons do.
    axis : {"examples", "units"}
        "units": the units (columns) are the points; both sides then have the same units, of any two sets of examples.
    error : {"auto", "halves", "subsample", None}
        "halves": random halves of the examples, with k neighbours each. k is a larger share of a half, and the value larger
        there, so that deviations are taken relative to the halves' own mean; a representation's halves are prepared once for
        all its comparisons. With `groups`, parts made of whole groups are left out instead. "subsample": halves as they are,
        which spread too far. "auto" is "halves", None below 2 (k + 2) examples.
    permutations : int
        Shuffles of the examples of Y, for p_value and chance; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size. Copies that are shuffled one by one reject a true null always.
    within : (n,) array, optional
        Strata, such as class or binned length: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value, 1 for equal representations and about k / n for unrelated ones (it may be slightly negative); higher means
        more alike. details: "shared", the share of neighbours in common; "ties", where both sides break ties at the k-th
        place by index: the most that may add. Where that matters there is no null, and ``options["null"]`` says so.

    Raises
    ------
    InputError
        If k is out of range, the sides are of different numbers of examples, or a row is zero and normalize is True.
    DegenerateDataError
        If a side's own alignment is not positive, as for examples that are all the same.

    References
    ----------
    .. [1] Huh, Cheung, Wang, Isola (2024). The Platonic representation hypothesis. ICML 41.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 100, 6))
    >>> round(rs.sim_cknna(X, 2 * X).value, 9), abs(rs.sim_cknna(X, noise).value) < 0.2
    (1.0, True)
    """
    options = {"k": k, "normalize": normalize, "axis": axis}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ("auto", "halves", "subsample", None))
    first, second = ready(X, Y, kind=Neighbors, prepare=prepare, options=options)
    _check.same_rows(first.n, second.n, ("X", "Y"), NAME)
    value, shared = _alignment(first, second)
    by_index = share_in_both((first.columns, second.columns), (first.by_index, second.by_index))
    return pair_estimate(
        (first, second),
        lambda a, b: _alignment(a, b)[0],
        function=NAME,
        value=value,
        asked=asked,
        options=options,
        details={"shared": shared / (first.n * k), **({TIES: by_index} if by_index else {})},
        own_error=lambda codes: _error(first, second, value, codes),
        bounds=(-math.inf, 1.0),
    )


def _error(first: Neighbors, second: Neighbors, value: float, groups: IntArray | None) -> PairError | None:
    """Return the error over halves that depend on the number of examples alone, or without parts made of whole groups."""
    if first.n < 2 * (int(first.options["k"]) + 2):
        return None
    if groups is not None:
        rest = [np.setdiff1d(np.arange(first.n), part) for part in parts_of_groups(groups)]
        without = [_alignment(first.subset(rows), second.subset(rows))[0] for rows in rest]
        return error_by_jackknife("jackknife over groups", value, without)
    halves = first.halves(), second.halves()
    if not all(halves):  # of some half all examples are the same
        return None
    found = np.array([_alignment(a, b)[0] for a, b in zip(*halves, strict=True)])
    relative = value / found.mean() if found.mean() * value > 0 else 1.0
    sizes = np.array([side.n for side in halves[0]])
    replicates = (found - found.mean()) * relative * np.sqrt(sizes / (first.n - sizes))
    return PairError("halves", spread_of(replicates, value), replicates)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """One side: the k largest entries of each row of the kernel matrix."""

    columns: npt.NDArray[np.int32]
    """(n, k) where they stand."""
    values: FloatArray
    """(n, k)"""
    own: float
    """HSIC of the entries with themselves."""
    by_index: npt.NDArray[np.bool_]
    """(n, k) which of them are there by index alone: others are as large."""
    source: npt.NDArray[Any]
    options: Mapping[str, Any]
    prepared: list[Neighbors] = field(default_factory=list)
    """The halves, once they are asked for."""

    def halves(self) -> list[Neighbors]:
        """Return random halves of the examples, prepared; none where some hold one point alone."""
        if not self.prepared:
            with contextlib.suppress(DegenerateDataError):
                self.prepared.extend([self.subset(rows) for rows in subsets(self.n, draws=DRAWS)])
        return self.prepared

    @property
    def n(self) -> int:
        """Examples."""
        return int(self.columns.shape[0])

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        lists = self.columns.nbytes + self.values.nbytes + self.by_index.nbytes
        return int(lists * (1 + DRAWS / 2) + self.source.nbytes)  # with the halves, which may be asked for

    def subset(self, rows: IntArray) -> Neighbors:
        """Prepare some of the examples."""
        return prepare(self.source[rows], {**self.options, "axis": "examples"})

    def shuffled(self, order: IntArray) -> Neighbors:
        """Return the examples in another order."""
        place = np.empty(self.n, dtype=np.int32)
        place[order] = np.arange(self.n)
        moved = replace(
            self, columns=place[self.columns[order]], values=self.values[order], by_index=self.by_index[order]
        )
        return replace(moved, source=self.source[order], prepared=[])


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Neighbors:
    """Do all that does not depend on the other side."""
    source = rows_of(X, name, NAME, axis=options["axis"])
    n = source.shape[0]
    _check.integer(n, "the number of examples", NAME, low=LEAST)
    k = _check.integer(options["k"], "k", NAME, low=2, high=n - 1, why="n - 1")
    _check.choice(options["normalize"], "normalize", NAME, (True, False))
    Z = source.astype(np.float64)
    if options["normalize"]:
        lengths = np.sqrt(np.einsum("ij,ij->i", Z, Z))
        if not lengths.all():
            raise InputError(
                f"{name} of {NAME} must hold no row of zeros: it has no direction. Row {int(lengths.argmin())} is one; leave "
                "it out, or take normalize=False."
            )
        Z /= lengths[:, None]
    columns, values, by_index = _largest(Z, k)
    same = np.arange(n)
    own = _hsic(shared_alignment(columns, values, columns, values, same, same), n)
    if not own > 1e-12 * float((values**2).sum()):
        raise DegenerateDataError(
            f"{name} of {NAME} must hold points at different distances: its alignment with itself is {own:.3g}, not positive."
        )
    return Neighbors(columns, values, own, by_index, source, options)


def _largest(Z: FloatArray, k: int) -> tuple[npt.NDArray[np.int32], FloatArray, npt.NDArray[np.bool_]]:
    """Return the k largest inner products of each row with the other rows, in the order of the columns, and which are tied.

    Products of equal rows may come out with other last digits, in an order that the matrix product has from theirs: what is
    that near counts as tied.
    """
    n = Z.shape[0]
    columns, values, by_index = np.empty((n, k), dtype=np.int32), np.empty((n, k)), np.empty((n, k), dtype=np.bool_)
    for start, stop in spans(n, max(1, BLOCK_BYTES // (8 * n))):
        rows = Z[start:stop] @ Z.T
        rows[np.arange(stop - start), np.arange(start, stop)] = -np.inf
        # Ties at the k-th place go to the smaller index: everything above it, then the first ones equal to it.
        edge = np.partition(rows, n - k, axis=1)[:, n - k, None]
        above, level = rows > edge, rows == edge
        taken = above | (level & (level.cumsum(axis=1) <= k - above.sum(axis=1, keepdims=True)))
        columns[start:stop] = np.nonzero(taken)[1].reshape(-1, k)
        values[start:stop] = rows[taken].reshape(-1, k)
        near = TIED * np.abs(values[start:stop]).max(axis=1, keepdims=True)
        more = (rows >= edge - near).sum(axis=1, keepdims=True) > k
        by_index[start:stop] = more & (values[start:stop] <= edge + near)
    return columns, values, by_index


def _alignment(first: Neighbors, second: Neighbors, order: IntArray | None = None) -> tuple[float, int]:
    """Return the alignment and the number of neighbours in common, the second side in an order of its examples."""
    order = np.arange(first.n) if order is None else order
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    found = shared_alignment(first.columns, first.values, second.columns, second.values, order, place)
    return _hsic(found, first.n) / math.sqrt(first.own * second.own), int(found[4])


def _hsic(found: tuple[float, float, float, float, int], n: int) -> float:
    """Return the unbiased HSIC of matrices with an empty diagonal, but for the factor 1 / (n (n - 3))."""
    trace, one, other, crossed, _ = found
    return trace + one * other / ((n - 1) * (n - 2)) - 2 / (n - 2) * crossed


def nulls(
    sides: Mapping[int, Neighbors], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    return relabelled_values(sides, pairs, asked, value=lambda a, b, order: _alignment(a, b, order)[0])
