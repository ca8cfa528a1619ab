"""Bures distance: how far the kernel matrices of two representations are apart, as covariances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import eigvalsh, svdvals

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray, centred, compact
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null, nuclear
from ._held import FloatArray, Held, held_estimate
from ._nuclear_influence import Aligned, aligned_error
from ._pair import Inference, ready
from ._pair_error import PairError, Parts

NAME = "sim_bures"
FORMS = ("similarity", "angle", "distance", "riemannian")
ALIGNED: Mapping[str, Aligned] = {"similarity": "cosine", "angle": "angle", "distance": "distance"}
BOUNDS = {
    "similarity": (0.0, 1.0),
    "angle": (0.0, math.pi / 2),
    "distance": (0.0, math.inf),
    "riemannian": (0.0, math.inf),
}


@within_memory
def sim_bures(
    X: Any,
    Y: Any,
    *,
    form: Literal["similarity", "angle", "distance", "riemannian"] = "similarity",
    ridge: float = 0.1,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Bures similarity, angle or distance, or the Riemannian distance, of two centred kernel matrices.

    K = X X' and L = Y Y' of centred points are compared as the covariances that they are. The Bures forms are those of
    Procrustes seen from the examples [1]_: "similarity" is `sim_procrustes(form="similarity")`, by another name and route.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    form : {"similarity", "angle", "distance", "riemannian"}
        tr (K^1/2 L K^1/2)^1/2 over sqrt(tr K tr L); its arccos; sqrt(tr K + tr L - 2 tr (K^1/2 L K^1/2)^1/2); or the affine-
        invariant distance sqrt(sum log^2 eig(K^-1 L)) of kernels of trace n with `ridge` added.
    ridge : float
        Added to the diagonal of both kernels, whose mean is 1, for "riemannian" alone: of fewer dimensions than examples they
        have no inverse.
    error : {"auto", "subsample", None}
        "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the groups), that are
        the same for all values of n examples; relative to what the parts read, since distances grow with n. "auto" is that for
        "riemannian", else from what each example adds, as for `sim_procrustes`.
    permutations : int
        Shuffles of the examples of Y, for p_value, chance and calibrated; each costs as much as a comparison.
    groups : (n,) array, optional
        Families, authors, near-copies: the error counts them as wholes, and shuffles let whole groups change places, each with
        another of its size.
    within : (n,) array, optional
        Strata: examples (or groups) are shuffled inside their stratum only.
    rng : int or numpy Generator
        For the shuffles.

    Returns
    -------
    Estimate
        value, of "similarity" in [0, 1] and higher where more alike; of the others at least 0 and lower where more alike.
        details: "trace_x", "trace_y".

    Raises
    ------
    InputError
        If ridge is not above 0 for "riemannian", or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Harvey, Larsen, Williams (2024). Duality of Bures and shape distances with implications for comparing neural
       representations. UniReps.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(rs.sim_bures(X, 3 * X[:, ::-1]).value, 9), round(rs.sim_bures(X, 3 * X, form="riemannian").value, 6)
    (1.0, 0.0)
    """
    options = {"form": form, "ridge": ridge}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.choice(form, "form", NAME, FORMS)
    _check.number(ridge, "ridge", NAME, low=0, open_ends="l")

    def compare(first: Held, second: Held) -> float:
        return _value(form, first, second, ridge)

    def own_error(by: IntArray | None) -> PairError:
        a, b = (side.rows["points"] for side in sides)
        return aligned_error(ALIGNED[form], a, b, value=compare(*sides), groups=by)

    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options={**options, "ridge": ridge if form == "riemannian" else None},
        details={"trace_x": sides[0].fixed["trace"], "trace_y": sides[1].fixed["trace"]},
        bounds=BOUNDS[form],
        less=form != "similarity",
        own_error=None if form == "riemannian" else own_error,
        parts=Parts(relative=True),
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None of the Riemannian distance."""
    form = options["form"]
    if form == "riemannian":
        return None
    return crossed_null(
        sides,
        pairs,
        asked=asked,
        rows=lambda side: side.rows["points"],
        reduce=nuclear,
        value=lambda a, b, found: np.array([_of_fidelity(form, a, b, float(one)) for one in found]),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    found = centred(X, name, NAME, precision="float64")
    thin = compact(found)
    points = thin.block(0, thin.n)
    fixed = {"trace": float(np.vdot(points, points))}
    return Held(found.source, lambda rows: prepare(rows, options, name), rows={"points": points}, fixed=fixed)


def _value(form: str, first: Held, second: Held, ridge: float) -> float:
    a, b = first.rows["points"], second.rows["points"]
    traces = first.fixed["trace"], second.fixed["trace"]
    if form == "riemannian":
        logs = np.log(eigvalsh(*(_whole(side, trace, ridge) for side, trace in zip((a, b), traces, strict=True))))
        return float(np.linalg.norm(logs))
    # The nuclear norm of X'Y is the fidelity of X X' and Y Y'.
    return _of_fidelity(form, first, second, float(svdvals(a.T @ b, check_finite=False).sum()))


def _of_fidelity(form: str, first: Held, second: Held, fidelity: float) -> float:
    traces = first.fixed["trace"], second.fixed["trace"]
    if form == "distance":
        return math.sqrt(max(0.0, traces[0] + traces[1] - 2 * fidelity))
    cosine = min(1.0, fidelity / math.sqrt(traces[0] * traces[1]))
    return cosine if form == "similarity" else math.acos(cosine)


def _whole(points: FloatArray, trace: float, ridge: float) -> FloatArray:
    """Return the kernel matrix of mean diagonal 1, with the ridge that gives it an inverse."""
    n = len(points)
    kernel: FloatArray = points @ points.T * (n / trace)
    kernel[np.diag_indices(n)] += ridge
    return kernel
