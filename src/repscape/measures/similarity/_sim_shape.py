"""Shape distances: how far two representations are apart after the best linear alignment of a class, held out or not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.linalg import eigh, svd

from ... import _check, _random
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray, centred
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null, nuclear
from ._held import FloatArray, Held, held_estimate
from ._nuclear_influence import aligned_error
from ._pair import Inference, ready
from ._pair_error import PairError, Parts

NAME = "sim_shape"
WHOLE = 1e-7  # of alpha: above 1 - WHOLE nothing is whitened


@within_memory
def sim_shape(
    X: Any,
    Y: Any,
    *,
    alpha: float = 1.0,
    form: Literal["angular", "euclidean"] = "angular",
    folds: int | None = None,
    floor: float = 1e-7,
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Distance between two representations after the best alignment of partly whitened points.

    Centred sides, the narrower padded with zeros, become X (alpha I + (1 - alpha) (X'X)^-1/2), scaled to the variance that
    they had; one is then rotated onto the other [1]_.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    alpha : float in [0, 1]
        1: rotations alone (as `sim_procrustes`). 0: every invertible linear map, both sides whitened. Between: part of each.
    form : {"angular", "euclidean"}
        arccos of the cosine between the aligned sides, or the Frobenius norm of what is left.
    folds : int in [2, n], optional
        Cross-validated: the alignment is learned without each of so many random parts, and the distance is the mean over the
        parts. None: on the examples that it was learned from, which flatters where dimensions are many.
    floor : float
        Variances (sums of squares over the examples) below it count as it when alpha < 1; the peer's value, which is not free
        of scale.
    error : {"auto", "subsample", None}
        "subsample": over 20 random parts, half of the examples and 500 at most (with `groups`, half of the groups), that are
        the same for all values of n examples. "euclidean" grows with n: relative to what the parts
        read. "auto" is that but for rotations alone without folds, where it is from what each example adds, as for
        `sim_procrustes`.
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
        value in [0, pi] (angular; in [0, pi / 2] on the examples that it learned from), or at least 0; higher means less
        alike. The arccos keeps half of the digits near 0. details: with folds "by_fold".

    Raises
    ------
    InputError
        If an option is out of range, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Williams, Kunz, Kornblith, Linderman (2021). Generalized shape metrics on neural representations. NeurIPS 34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> bent = X @ [[1, 2, 0, 0], [0, 1, 0, 0], [0, 0, 3, 0], [1, 0, 0, 1]]
    >>> rs.sim_shape(X, bent, alpha=0).value < 1e-6, rs.sim_shape(X, bent).value > 0.3
    (True, True)
    """
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**32))  # both sides are cut into the same folds
    options = {"alpha": alpha, "form": form, "folds": folds, "floor": floor}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    _check.choice(form, "form", NAME, ("angular", "euclidean"))
    _check.number(alpha, "alpha", NAME, low=0, high=1)
    _check.number(floor, "floor", NAME, low=0)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)

    def by_fold(first: Held, second: Held) -> FloatArray:
        points = _padded(first.rows["points"], second.rows["points"])
        every = np.arange(first.n)
        if folds is None:
            return np.array([_apart(points, every, every, options)])
        count = _check.integer(folds, "folds", NAME, low=2, high=first.n, why="n")
        parts = np.array_split(_random.generator(rng, NAME).permutation(first.n), count)
        return np.array([_apart(points, np.setdiff1d(every, part), part, options) for part in parts])

    def own_error(by: IntArray | None) -> PairError:
        points = (side.rows["points"] for side in sides)
        return aligned_error(
            "angle" if form == "angular" else "distance", *points, value=float(found.mean()), groups=by
        )

    rotated = folds is None and alpha > 1 - WHOLE
    found = by_fold(*sides)
    return held_estimate(
        sides,
        lambda first, second: float(by_fold(first, second).mean()),
        function=NAME,
        asked=asked,
        options=options,
        details={} if folds is None else {"by_fold": found},
        bounds=(0.0, math.inf if form == "euclidean" else math.pi / 2 if folds is None else math.pi),
        less=True,
        own_error=own_error if rotated else None,
        parts=Parts(relative=form == "euclidean"),
    )


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull | None:
    """Return the values of all pairs under shared relabellings; None with folds, or whitening of unlike widths."""
    widths = {side.rows["points"].shape[1] for side in sides.values()}
    if options["folds"] is not None or (len(widths) > 1 and options["alpha"] <= 1 - WHOLE):
        return None

    def whitened(side: Held) -> FloatArray:
        points = side.rows["points"]
        return points @ _whitening(points, options["alpha"], options["floor"])

    made = {place: whitened(side) for place, side in sides.items()}
    norms = {id(sides[place]): float(np.linalg.norm(rows)) for place, rows in made.items()}
    by_side = {id(sides[place]): rows for place, rows in made.items()}

    def value(first: Held, second: Held, found: FloatArray) -> FloatArray:
        a, b = norms[id(first)], norms[id(second)]
        if options["form"] == "euclidean":
            return np.sqrt(np.maximum(a**2 + b**2 - 2 * found, 0.0))
        return np.arccos(np.clip(found / (a * b), -1.0, 1.0))

    rows: Any = {"rows": lambda side: by_side[id(side)], "reduce": nuclear}
    return crossed_null(sides, pairs, asked=asked, value=value, **rows)


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Check the points; widths have to meet before anything is whitened."""
    found = centred(X, name, NAME, precision="float64")
    source = found.source
    return Held(source, lambda rows: prepare(rows, options, name), rows={"points": found.block(0, found.n)})


def _padded(*points: FloatArray) -> tuple[FloatArray, ...]:
    width = max(side.shape[1] for side in points)
    return tuple(np.pad(side, ((0, 0), (0, width - side.shape[1]))) for side in points)


def _apart(points: tuple[FloatArray, ...], learned: IntArray, held_out: IntArray, options: Mapping[str, Any]) -> float:
    """Return the distance on some examples after the alignment of others."""
    maps = []
    for side in points:
        away = side[learned] - side[learned].mean(axis=0)
        maps.append((side[learned].mean(axis=0), away, _whitening(away, options["alpha"], options["floor"])))
    (mean_x, x, wx), (mean_y, y, wy) = maps
    left, _, right = svd((x @ wx).T @ (y @ wy), check_finite=False)
    a = (points[0][held_out] - mean_x) @ wx @ left
    b = (points[1][held_out] - mean_y) @ wy @ right.T
    if options["form"] == "euclidean":
        return float(np.linalg.norm(a - b))
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return math.acos(min(1.0, max(-1.0, float(np.vdot(a, b)) / size))) if size > 0 else math.pi / 2


def _whitening(away: FloatArray, alpha: float, floor: float) -> FloatArray:
    """Return the map alpha I + (1 - alpha) (X'X)^-1/2, scaled so that the variance stays."""
    if alpha > 1 - WHOLE:
        return np.eye(away.shape[1])
    variances, vectors = eigh(away.T @ away, check_finite=False)
    variances = np.maximum(variances, floor)
    scale = alpha + (1 - alpha) / np.sqrt(variances)
    scale *= math.sqrt(float(variances.sum() / (scale**2 * variances).sum()))
    whitened: FloatArray = (vectors * scale) @ vectors.T
    return whitened
