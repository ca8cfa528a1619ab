"""I3D: the dimension of points of a lattice, from how many others stand within two radii."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import check_memory, within_memory
from .._result import Curve
from ..uncertainty import replicates_of_influence
from ._id_discrete_kernels import count_within_steps, log_volumes, steps_between

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
NAME = "id_discrete"
LOW, HIGH = 1e-4, 200.0
FAR = 100_000
"""Radius from which on a volume grows as a power of radius + 1/2: the next term is below 1e-5 in 200 dimensions."""
USUAL, LOOKED_AT = 6, 200
LARGEST = 2**52


@within_memory
def id_discrete(
    X: Any,
    *,
    radii: tuple[int, ...] | None = None,
    ratio: float = 0.5,
    step: float | None = None,
    error: Literal["auto", "influence", "model"] | None = "auto",
) -> Curve:
    r"""Intrinsic dimension of points with whole-numbered coordinates, against the radius, by I3D [1]_.

    Of the k others within a radius R in steps along the axes (the Manhattan distance) n stand within an inner radius r, a share
    V(r, d) / V(R, d) on a lattice of d dimensions, V(R, d) = sum_j 2^j C(d, j) C(R, j) extended to any d; it is solved for d.
    Estimators for real numbers fail here: distances are tied, and small ones are all 1.

    Parameters
    ----------
    X : (n, d) array of whole numbers
        Counts, spins, codes, tokens as one-hot. Copies stand at distance 0 and count. n^2 d operations. Where all distances are
        even, as of one-hot rows, only the points of the lattice at even distances are counted in its volumes.
    radii : tuple of int, optional
        Outer radii. None: six that hold from about ten neighbours of a point to half of all pairs.
    ratio : float in (0, 1)
        Inner radius over outer, rounded up.
    step : float > 0, optional
        Round the points to multiples of so much first. None: they must be whole.
    error : {"auto", "influence", "model", None}
        "influence": from each point's counts, as of a sum over pairs. "model": Cramer and Rao's bound for independent counts,
        the peers' value. "auto" is "influence".

    Returns
    -------
    Curve
        Over x = "radius": values in (0, 200), NaN where nothing stands within the inner radius, or as much as within the outer,
        or so little that the dimension would be above 200. options["even"]: whether all distances are even.
        details: "inner" (m,) radii, "neighbors" (m,) mean count within the outer, "within" (m,) within the inner.

    Raises
    ------
    DegenerateDataError
        If no radius has a value.
    InputError
        If the points are not whole, or an option is out of range.

    References
    ----------
    .. [1] Macocco, Glielmo, Grilli, Laio (2023). Intrinsic dimension estimation for discrete metrics. Physical Review Letters
       130, 067401.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).integers(0, 40, size=(1500, 3))
    >>> rs.id_discrete(X, radii=(6, 12)).values.round().tolist()
    [3.0, 3.0]
    """
    _check.choice(error, "error", NAME, ("auto", "influence", "model", None))
    _check.number(ratio, "ratio", NAME, low=0, high=1, open_ends="lh")
    lattice = whole_numbers(X, step)
    even = bool(
        np.unique(lattice.sum(axis=1) % 2).size == 1
    )  # two rows are apart by as many steps, but for an even number
    outer = _radii(radii, lattice, step=2 if even else 1)
    inner = np.minimum(np.ceil(outer * ratio).astype(np.int64), outer - 1)
    inner += even * (inner % 2) * (inner + 1 < outer)
    edges = np.unique(np.concatenate([outer, inner]))
    check_memory(8 * 3 * lattice.shape[0] * edges.size, f"{NAME}, for the neighbours within {edges.size} radii,")
    counts = np.zeros((lattice.shape[0], edges.size), dtype=np.int64)
    count_within_steps(lattice, edges, counts)
    counts = counts.cumsum(axis=1)
    within, around = counts[:, np.searchsorted(edges, inner)], counts[:, np.searchsorted(edges, outer)]
    found = [
        _solved(w, a, inner=int(r), outer=int(R), even=even)
        for w, a, r, R in zip(within.T, around.T, inner, outer, strict=True)
    ]
    values = np.array([one[0] for one in found])
    if np.isnan(values).all():
        raise DegenerateDataError(
            f"{NAME} has no value at radii {outer.tolist()}: nothing stands within the inner ones, or all that stands within "
            f"the outer, or the dimension is above {HIGH:g}. Name other radii=."
        )
    said = "model" if error == "model" else "influence"
    stderr = np.array([one[2] for one in found])
    n = lattice.shape[0]
    replicates = None
    if error is not None and said == "influence":
        stderr = np.array([float(one[1].std(ddof=1)) / math.sqrt(n) for one in found])
        replicates = np.stack([replicates_of_influence(np.nan_to_num(one[1])) for one in found], axis=1)
    return Curve(
        x=outer.astype(np.float64),
        values=values,
        x_name="radius",
        n=n,
        stderr=stderr if error is not None else None,
        options={"radii": outer.tolist(), "ratio": ratio, "step": step, "even": even, "error": said if error else None},
        details={"inner": inner, "neighbors": around.mean(axis=0), "within": within.mean(axis=0)},
        replicates=replicates,
    )


def whole_numbers(X: Any, step: float | None) -> IntArray:
    """Return the points as whole numbers; refuse others."""
    points = _check.points(X, "X", NAME)
    if step is not None:
        points = np.round(
            np.asarray(points, dtype=np.float64) / _check.number(step, "step", NAME, low=0, open_ends="l")
        )
    elif points.dtype.kind == "f" and (off := np.argwhere(points != np.round(points))).size:
        place = tuple(int(i) for i in off[0])
        raise InputError(
            f"X of {NAME} must hold whole numbers. Got {points[place]} at index {place}. step= rounds to a lattice first."
        )
    if np.abs(points).max() > LARGEST:
        raise InputError(f"X of {NAME} must hold whole numbers up to 2^52. Got {np.abs(points).max():g}.")
    return np.ascontiguousarray(points, dtype=np.int64)


def _radii(radii: Any, lattice: IntArray, *, step: int) -> IntArray:
    if radii is not None:
        if not isinstance(radii, tuple | list) or not radii:
            raise InputError(f"radii of {NAME} must be whole numbers. Got {_check.shown(radii)}.")
        return np.array(sorted({_check.integer(r, "radii", NAME, low=1) for r in radii}), dtype=np.int64)
    some = np.ascontiguousarray(lattice[:: max(1, lattice.shape[0] // LOOKED_AT)][:LOOKED_AT])
    check_memory(8 * 2 * some.shape[0] * lattice.shape[0], f"{NAME}, for the usual radii,", then="Name radii=.")
    apart = np.empty((some.shape[0], lattice.shape[0]))
    steps_between(some, lattice, apart)
    apart.sort(axis=1)
    low = max(2.0 * step, float(np.median(apart[:, min(10, apart.shape[1] - 1)])))
    high = max(low + step, float(np.median(apart)))
    return np.unique((np.geomspace(low, high, USUAL) / step).round().astype(np.int64) * step)


def log_share(d: float, *, inner: int, outer: int, even: bool) -> float:
    """Return the logarithm of how many points of a lattice of d dimensions, which need not be whole, stand within `inner` steps
    of one, less that within `outer`; where `even`, of those at even distances."""
    near, far = min(inner, FAR), min(outer, FAR)
    at_inner, at_outer = log_volumes(near, far, d, even) if near < far else (0.0, 0.0)
    beyond = [d * (math.log(radius + 0.5) - math.log(held + 0.5)) for radius, held in ((inner, near), (outer, far))]
    return float(at_inner - at_outer + beyond[0] - beyond[1])


def _solved(
    within: IntArray, around: IntArray, *, inner: int, outer: int, even: bool
) -> tuple[float, FloatArray, float]:
    """Return the dimension at one radius, the (n,) influence of each point, and the model's standard error."""

    def at(d: float) -> float:
        return log_share(d, inner=inner, outer=outer, even=even)

    share = float(within.sum()) / max(float(around.sum()), 1.0)
    if share == 0 or not at(HIGH) < math.log(share) < at(LOW):
        return math.nan, np.full(within.size, np.nan), math.nan
    d = float(brentq(lambda one: at(one) - math.log(share), LOW, HIGH, xtol=1e-12))
    nudge = 1e-5 * max(d, 1e-2)
    slope = share * (at(d + nudge) - at(d - nudge)) / (2 * nudge)
    influence = 2 * (within - share * around) / float(around.mean()) / slope  # each pair is counted from both its ends
    model = math.sqrt(share * (1 - share) / float(around.sum())) / abs(slope)
    return d, influence, model
