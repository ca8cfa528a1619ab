"""Procrustes: how far two representations are apart once one is rotated onto the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import svdvals

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import Centred, IntArray, centred, compact, cross, square_norms
from ..uncertainty import Asked, JointNull
from ._crossed_null import crossed_null, nuclear
from ._nuclear_influence import Aligned, aligned_error
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PairError

NAME = "sim_procrustes"
FloatArray = npt.NDArray[np.float64]
FORMS = ("angular", "size_and_shape", "similarity")
ALIGNED: Mapping[str, Aligned] = {"angular": "angle", "size_and_shape": "distance", "similarity": "cosine"}
BOUNDS = {"angular": (0.0, math.pi / 2), "size_and_shape": (0.0, math.inf), "similarity": (0.0, 1.0)}


@within_memory
def sim_procrustes(
    X: Any,
    Y: Any,
    *,
    form: Literal["angular", "size_and_shape", "similarity"] = "angular",
    axis: Literal["examples", "units"] = "examples",
    precision: Literal["auto", "float32", "float64"] = "auto",
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Distance between two representations after the best rotation, reflection and shift.

    With centred X and Y and s = ||X'Y||_* (the sum of the singular values) the forms are [1]_

    - "angular": arccos(s / (||X|| ||Y||)), a metric between shapes whose size does not count;
    - "size_and_shape": sqrt(||X||^2 + ||Y||^2 - 2 s), the distance left, size included;
    - "similarity": s / (||X|| ||Y||).

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row; the narrower side counts as padded with zeros.
    form : {"angular", "size_and_shape", "similarity"}
        What is returned. The arccos keeps half of the digits near 0: equal shapes come out below 1e-7.
    axis : {"examples", "units"}
        "units": the units (columns) are the points; both sides then have the same units, of any two sets of examples.
    precision : {"auto", "float32", "float64"}
        Of the products; sums are float64. "auto": float32 for points of float32 or less. The forms that subtract lose digits
        with it where the sides are nearly equal: an angle of 0 comes out as much as 1e-3.
    error : {"auto", "influence", "subsample", None}
        "influence": from what each example adds to the nuclear norm and to the two norms. "subsample": 20 random halves of the
        examples. "auto" is "influence".
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
        value: angle in [0, pi / 2] or distance of at least 0, higher means less alike; similarity in [0, 1], higher means
        more alike. details: "norm_x", "norm_y", "nuclear" (s).

    Raises
    ------
    InputError
        If the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same.

    References
    ----------
    .. [1] Williams, Kunz, Kornblith, Linderman (2021). Generalized shape metrics on neural representations. NeurIPS 34.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(50, 2))
    >>> turned = X @ [[0.6, 0.8], [-0.8, 0.6]] + 5
    >>> rs.sim_procrustes(X, turned).value < 1e-7, round(rs.sim_procrustes(X, 3 * turned, form="similarity").value, 9)
    (True, 1.0)
    """
    options = {"form": form, "axis": axis, "precision": precision}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ("auto", "influence", "subsample", None))
    _check.choice(form, "form", NAME, FORMS)
    sides = ready(X, Y, kind=Shape, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)
    nuclear = _nuclear(*sides)
    value = _value(form, *sides, nuclear)
    return pair_estimate(
        sides,
        lambda first, second: _value(form, first, second, _nuclear(first, second)),
        function=NAME,
        value=value,
        asked=asked,
        own_error=lambda by: _error(form, *sides, value=value, groups=by),
        bounds=BOUNDS[form],
        options={**options, "precision": sides[0].points.dtype.name},
        details={"norm_x": sides[0].norm, "norm_y": sides[1].norm, "nuclear": nuclear},
        less=form != "similarity",
    )


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One side: centred points in at most n coordinates, and their norm."""

    points: Centred
    norm: float
    source: npt.NDArray[Any]
    options: Mapping[str, Any]

    @property
    def n(self) -> int:
        """Examples."""
        return self.points.n

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.points.source.nbytes + self.source.nbytes

    def subset(self, rows: IntArray) -> Shape:
        """Prepare some of the examples."""
        return prepare(self.source[rows], {**self.options, "axis": "examples"})

    def shuffled(self, order: IntArray) -> Shape:
        """Return the examples in another order."""
        return replace(self, points=self.points.shuffled(order), source=self.source[order])


def nulls(
    sides: Mapping[int, Shape], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    form = options["form"]
    return crossed_null(
        sides,
        pairs,
        asked=asked,
        rows=lambda side: side.points.block(0, side.n),
        reduce=nuclear,
        value=lambda a, b, found: np.array([_value(form, a, b, float(one)) for one in found]),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Shape:
    """Do all that does not depend on the other side."""
    points = centred(X, name, NAME, precision=options["precision"], axis=options["axis"])
    norm = math.sqrt(float(square_norms(points).sum()))
    return Shape(compact(points), norm, points.source, options)


def _nuclear(first: Shape, second: Shape) -> float:
    return float(svdvals(cross(first.points, second.points), check_finite=False).sum())


def _value(form: str, first: Shape, second: Shape, nuclear: float) -> float:
    if form == "size_and_shape":
        return math.sqrt(max(0.0, first.norm**2 + second.norm**2 - 2 * nuclear))
    cosine = min(1.0, nuclear / (first.norm * second.norm))
    return cosine if form == "similarity" else math.acos(cosine)


def _error(form: str, first: Shape, second: Shape, *, value: float, groups: IntArray | None) -> PairError:
    a, b = (side.points.block(0, side.n).astype(np.float64) for side in (first, second))
    return aligned_error(ALIGNED[form], a, b, value=value, groups=groups)
