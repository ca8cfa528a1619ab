"""Overlap with a continuous quantity: are the neighbours of a point those with the nearest values?

The quantity is one-dimensional, so the nearest values of a point stand side by side once values are sorted: time
O(n log n + n k), never n x n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check, _random
from ...errors import DegenerateDataError, GraphDepthError, InputError, InputTypeError
from ...graph import NeighborGraph
from ...machine import within_memory
from .._result import Estimate, normal_interval
from ..points import neighbor_indices
from ..uncertainty import SURROUNDINGS, exchanges, replicates_of_influence, shuffle_null, within_bounds
from ._list_error import ERRORS, ListError, depth_for_influence, list_error
from ._overlap_values_kernels import count_within, nearest_places, shared_credit

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "overlap_values"
LEAST_CEILING = 0.5


@within_memory
def overlap_values(
    g: NeighborGraph,
    values: Any,
    *,
    k: int = 30,
    error: Literal["auto", "influence", "sandwich", "naive"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Share of a point's k nearest neighbours that are also among the k points with the nearest values.

    Neighbourhood overlap with the k-nearest graph of a quantity phi: luminance, sentiment score, length, hydrophobicity.
    Values tied at the k-th place share it: where t values stand at the distance of the k-th and s < k are nearer, each of
    them counts (k - s) / t, so that the order of the rows never decides.

    Parameters
    ----------
    g : NeighborGraph
        Graph of n examples.
    values : (n,) array of numbers
        The quantity phi of each example.
    k : int
        Neighbours looked at.
    error : {"auto", "influence", "sandwich", "naive", None}
        "influence": as for :func:`overlap_neighbors`, of g and the graph of phi, plus what ties add; from a graph that holds
        about k + 4 sqrt(k) neighbours. "sandwich": the variance of the per-point values and of the products of points that are
        neighbours in g or in phi. "naive": sd of the per-point values over sqrt(n), too small. "auto" is "influence" from
        k = 10 where the graph allows it, and "sandwich" elsewhere.
    permutations : int
        Shuffles of the values, for p_value.
    groups : (n,) array, optional
        Families, authors: the error counts them as wholes, and whole groups change places, each with another of its size.
    within : (n,) array, optional
        Strata, such as class or binned length: values (or groups of them) move inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value in [0, 1]; higher means that neighbours have nearer values. chance is k / (n - 1). per_point (n,) has each
        share. details: "ceiling", the largest value that ties allow (1 without ties); "adjusted",
        (value - chance) / (1 - chance); "r2", the share of phi's variance that the mean of a point's k neighbours predicts,
        itself left out; "r2_chance", what unrelated values give there, -1/k; with permutations "null_mean", "null_sd" and
        "partial", (value - null_mean) / (1 - null_mean).

    Raises
    ------
    InputError
        If values have another length or are not finite, k is out of range, groups and within leave nothing to exchange, or
        values are so often equal that the ceiling is below 0.5.
    InputTypeError
        If values are not numbers.
    DegenerateDataError
        If all values are equal.
    GraphDepthError
        If the graph holds fewer than k neighbours.

    References
    ----------
    .. [1] Doimo, Glielmo, Ansuini, Laio (2020). Hierarchical nucleation in deep neural networks. NeurIPS 33.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> found = rs.overlap_values(rs.knn_graph(X, 20), X[:, 0], k=20)
    >>> found.chance < 0.05 < found.value < found.details["ceiling"], round(found.details["r2"], 2)
    (True, 0.97)
    """
    _check.choice(error, "error", NAME, ERRORS)
    _check.integer(permutations, "permutations", NAME, low=0)
    indices = np.ascontiguousarray(neighbor_indices(g, k, name="g", function=NAME))
    phi = _numbers(values, g.n)
    free = exchanges(g.n, groups, within, function=NAME)
    near = _Near.of(phi, k)
    if near.ceiling < LEAST_CEILING:
        raise InputError(
            f"values of {NAME} are equal too often for k={k}: ties leave a ceiling of {near.ceiling:.2f}, below "
            f"{LEAST_CEILING}. Take overlap_labels, which counts equal values, or R^2 (here {_predicted(phi, indices):.3f})."
        )
    per_point = near.overlap(indices)
    value = float(per_point.mean())
    found = _error(per_point, g, near, error, free.groups)
    stderr = found.stderr if found else None
    null = None
    if permutations:
        null = shuffle_null(
            lambda order: float(near.shuffled(order).overlap(indices).mean()),
            g.n,
            value=value,
            permutations=permutations,
            rng=_random.generator(rng, NAME),
            within=free.within,
            groups=free.groups,
        )
    chance = k / (g.n - 1)
    return Estimate(
        value=value,
        n=g.n,
        stderr=stderr,
        interval=None if stderr is None else within_bounds(value, normal_interval(value, stderr), low=0.0, high=1.0),
        p_value=null.p_value if null else None,
        per_point=per_point,
        chance=chance,
        options={
            "k": k,
            "error": found.method if found else None,
            "null": f"{permutations} shuffles of the {free.name}" if null else None,
        },
        details={
            "ceiling": near.ceiling,
            "adjusted": (value - chance) / (1 - chance) if chance < 1 else 1.0,
            "r2": _predicted(phi, indices),
            "r2_chance": -1 / k,
            **(null.details(value) if null else {}),
        },
        replicates=replicates_of_influence(found.influence, stderr=stderr) if found else None,
    )


@dataclass(frozen=True, slots=True)
class _Near:
    """Where the k nearest values of each point end."""

    phi: FloatArray
    k: int
    reach: FloatArray
    """(n,) distance of the k-th nearest value."""
    share: FloatArray
    """(n,) what each value at that distance counts."""
    ceiling: float
    neighbors: IntArray
    """(n, width) the points with the nearest values, ties in the order of the values."""

    @classmethod
    def of(cls, phi: FloatArray, k: int) -> _Near:
        order = np.argsort(phi, kind="stable")
        ordered = phi[order]
        places = np.empty((phi.size, min(max(k, SURROUNDINGS), phi.size - 1)), dtype=np.int64)
        nearest_places(ordered, places)
        far = np.abs(ordered[places[:, k - 1]] - ordered)
        inside, tied = np.empty_like(order), np.empty_like(order)
        count_within(ordered, far, inside, tied)
        reach, share = np.empty_like(phi), np.empty_like(phi)
        reach[order], share[order] = far, (k - inside) / tied
        neighbors = np.empty_like(places)
        neighbors[order] = order[places]
        # At best all that are nearer are neighbours, and k - inside of those that share the last places.
        ceiling = float(((inside + (k - inside) ** 2 / tied) / k).mean())
        return cls(phi, k, reach, share, ceiling, neighbors)

    def shuffled(self, order: IntArray) -> _Near:
        """Return the same values at other points."""
        return _Near(self.phi[order], self.k, self.reach[order], self.share[order], self.ceiling, self.neighbors)

    def overlap(self, indices: npt.NDArray[Any]) -> FloatArray:
        """Return the (n,) share of each point's neighbours."""
        credit: FloatArray = np.empty_like(self.phi)
        shared_credit(indices, self.phi, self.reach, self.share, credit)
        credit /= self.k
        np.minimum(credit, 1.0, out=credit)  # shares of ties may round up
        return credit


def _numbers(values: Any, n: int) -> FloatArray:
    """Return the values as float64, moved and scaled so that neither differences nor squares leave it."""
    column = _check.column(values, "values", NAME, n=n)
    if column.dtype.kind not in "fiub":
        raise InputTypeError(
            f"values of {NAME} must be numbers. Got dtype {column.dtype}. For classes take overlap_labels."
        )
    phi: FloatArray = column.astype(np.float64)
    phi = np.ldexp(phi, -np.frexp(np.abs(phi).max())[1])  # a power of two: equal values and gaps stay equal
    if phi.min() == phi.max():
        raise DegenerateDataError(f"values of {NAME} must differ. All {n} are {column[0]}.")
    return phi


def _predicted(phi: FloatArray, indices: npt.NDArray[Any]) -> float:
    """Return R^2 of predicting each value by the mean over its neighbours."""
    missed = phi - phi[indices].mean(axis=1)
    spread = phi - phi.mean()
    return 1 - float(missed @ missed) / float(spread @ spread)


def _error(
    per_point: FloatArray, g: NeighborGraph, near: _Near, error: str | None, groups: npt.NDArray[np.int64] | None
) -> ListError | None:
    """Return the error, or refuse one that the graph does not allow."""
    if error is None:
        return None
    indices: Any = g.indices
    found = list_error(per_point, indices, near.neighbors, k=near.k, error=error, groups=groups)
    if found is None:
        raise GraphDepthError(
            f"error of {NAME} may be 'influence' for k > 1 and a graph that holds about {depth_for_influence(near.k, g.n)} "
            f"neighbours where k = {near.k}. Got {g.k}; take error='sandwich', or a deeper graph."
        )
    return found
