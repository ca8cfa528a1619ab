"""Centred kernel alignment: how alike the kernel matrices of two representations are.

Feature form (cross products, 2 n d p operations) where there are more examples than features, Gram form (n^2) otherwise: one
number. What one side needs, its own norm above all, is worked out once and shared by all its comparisons.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import Centred, IntArray, centred, square_norms
from ..uncertainty import LEAD, by_unit, effective_examples, few_examples, some_examples, surplus_of_pairs
from ._cka_null import closed_null
from ._cka_null import nulls as nulls
from ._gram import kernel_of, median_distance
from ._hsic import Hsic, Part, among, hsic
from ._pair import Inference, pair_estimate, ready
from ._pair_error import PairError, error_by_influence

FloatArray = npt.NDArray[np.float64]
NAME = "sim_cka"
ERRORS = ("auto", "delta", "subsample", None)
LOOKED_AT, LEAST = 1000, 4  # examples from which the delta error is taken (it is then known to 2 %); examples at least


@within_memory
def sim_cka(
    X: Any,
    Y: Any,
    *,
    kernel: Literal["linear", "rbf"] = "linear",
    estimator: Literal["biased", "debiased"] = "biased",
    bandwidth: float = 1.0,
    batch: int | None = None,
    axis: Literal["examples", "units"] = "examples",
    precision: Literal["auto", "float32", "float64"] = "auto",
    error: Literal["auto", "delta", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Centred kernel alignment of two representations of the same examples.

    HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L)) for the kernel matrices K and L of the two sides [1]_.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples, n >= 4.
    Y : (n, p) array
        Another of the same examples, row by row.
    kernel : {"linear", "rbf"}
        Inner products, or exp(-distance^2 / (2 width^2)).
    estimator : {"biased", "debiased"}
        "biased": as in [1]_; unrelated representations of many features come out far above 0. "debiased": each HSIC is the
        unbiased estimate [2]_, so that unrelated representations give 0 on average, and may come out slightly negative.
    bandwidth : float
        Width of the rbf kernel as a fraction of the median distance between two examples.
    batch : int of at least 4, optional
        Minibatch form: HSIC is summed over n // batch consecutive batches of nearly equal size before dividing [3]_.
    axis : {"examples", "units"}
        "units": the units (columns) are the points; both sides then have the same units, of any two sets of examples.
    precision : {"auto", "float32", "float64"}
        Of the products; sums are float64. "auto": float32 for points of float32 or less, which moves the value by less than
        1e-6.
    error : {"auto", "delta", "subsample", None}
        "delta": from each example's influence on the value, looked at for 1,000 evenly spaced examples (for all where there
        are `groups`), less what the influence of both examples of a pair counts twice; of batches, from the batches'
        influences. "subsample": 20 random halves of the examples, at ten times the price of the value. "auto"
        is "delta".
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
        value in [0, 1], of the debiased estimator in [-1, 1]; higher means more alike. chance: what unrelated representations
        of these spectra read on average, by exact moments of free relabelling; 0 for the debiased estimator; with `groups` or
        `within` the mean over the shuffles. details: "null_mean", "null_sd" and "null_threshold", from those moments or from
        the shuffles, "hsic", "hsic_x", "hsic_y" (not normalised by n), and for the rbf kernel
        "width_x" and "width_y", the mean over batches.

    Raises
    ------
    InputError
        If the sides are of different numbers of examples, or batch is under 4 or above n.
    DegenerateDataError
        If all examples of a side are the same, or equally far from each other (debiased).

    References
    ----------
    .. [1] Kornblith, Norouzi, Lee, Hinton (2019). Similarity of neural network representations revisited. ICML 36.
    .. [2] Song, Smola, Gretton, Bedo, Borgwardt (2012). Feature selection via dependence maximization. JMLR 13.
    .. [3] Nguyen, Raghu, Kornblith (2021). Do wide and deep networks learn the same things? ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 200, 90))
    >>> round(rs.sim_cka(X, 2 * X[:, ::-1] + 1).value, 6)
    1.0
    >>> rs.sim_cka(X, noise).value > 0.25 > 0.05 > abs(rs.sim_cka(X, noise, estimator="debiased").value)
    True
    """
    options = {
        "kernel": kernel, "estimator": estimator, "bandwidth": bandwidth if kernel == "rbf" else None, "batch": batch,
        "axis": axis, "precision": precision,
    }  # fmt: skip
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME, ERRORS)
    first, second = ready(X, Y, kind=Ready, prepare=prepare, options=options)
    _check.same_rows(first.n, second.n, ("X", "Y"), NAME)
    shared = [hsic(a, b) for a, b in zip(first.parts, second.parts, strict=True)]
    value = _ratio(first, second, shared)
    return pair_estimate(
        (first, second),
        _compare,
        function=NAME,
        value=value,
        asked=asked,
        own_error=lambda by: _delta((first, second), shared, value, groups=by),
        bounds=(-1.0 if estimator == "debiased" else 0.0, 1.0),
        options={**options, "precision": first.precision},
        details={"hsic": sum(part.value for part in shared), "hsic_x": first.norm, "hsic_y": second.norm}
        | ({} if kernel == "linear" else {"width_x": first.width, "width_y": second.width}),
        closed=lambda: closed_null(first, second),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """One side of comparisons."""

    parts: tuple[Part, ...]
    own: tuple[Hsic, ...]
    """HSIC of each part with itself."""
    options: Mapping[str, Any]
    source: npt.NDArray[Any]

    @property
    def n(self) -> int:
        """Examples."""
        return sum(part.n for part in self.parts)

    @property
    def norm(self) -> float:
        """HSIC of the side with itself."""
        return sum(part.value for part in self.own)

    @property
    def nbytes(self) -> int:
        """Memory it holds."""
        return self.source.nbytes + sum(part.kernel.nbytes for part in self.parts if part.kernel is not None)

    @property
    def precision(self) -> str:
        """Of the products of features; kernels are float64."""
        return self.parts[0].points.dtype.name

    @property
    def width(self) -> float:
        """Mean width of the rbf kernel."""
        return float(np.mean([part.width for part in self.parts if part.width is not None]))

    def subset(self, rows: IntArray) -> Ready:
        """Prepare some of the examples."""
        return prepare(self.source[rows], {**self.options, "axis": "examples"})

    def shuffled(self, order: IntArray) -> Ready:
        """Return the examples in another order."""
        if len(self.parts) > 1:
            return self.subset(order)
        part = self.parts[0]
        kernel = None if part.kernel is None else part.kernel.shuffled(order)
        moved = replace(part, points=part.points.shuffled(order), kernel=kernel, squares=part.squares[order])
        return replace(self, parts=(moved,))


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Ready:
    """Do all that does not depend on the other side."""
    _check.choice(options["kernel"], "kernel", NAME, ("linear", "rbf"))
    _check.choice(options["estimator"], "estimator", NAME, ("biased", "debiased"))
    whole = centred(X, name, NAME, precision=options["precision"], axis=options["axis"])
    _check.integer(whole.n, "the number of examples", NAME, low=LEAST)
    if options["batch"] is None:
        pieces = [whole]
    else:
        size = _check.integer(options["batch"], "batch", NAME, low=LEAST, high=whole.n, why="n")
        edges = np.linspace(0, whole.n, whole.n // size + 1).astype(int)
        slices = [whole.source[a:b] for a, b in itertools.pairwise(edges)]
        pieces = [centred(piece, f"a batch of {name}", NAME, precision=options["precision"]) for piece in slices]
    parts = tuple(_part(piece, options) for piece in pieces)
    own = tuple(hsic(part, part) for part in parts)
    for part, norm in zip(parts, own, strict=True):
        scale = float((part.squares**2).sum()) if part.kernel is None else float(part.n)
        if not norm.value > 1e-12 * scale:
            raise DegenerateDataError(
                f"{name} of {NAME} must hold points at different distances: all {part.n} are equally far apart, so that "
                f"{options['estimator']} HSIC with itself is 0."
            )
    return Ready(parts, own, options, whole.source)


def _part(points: Centred, options: Mapping[str, Any]) -> Part:
    debiased = options["estimator"] == "debiased"
    exact = replace(points, dtype=np.dtype(np.float64))
    kernel, width = None, None
    if options["kernel"] == "rbf":
        fraction = _check.number(options["bandwidth"], "bandwidth", NAME, low=0, open_ends="l")
        width = fraction * median_distance(exact)
        if width == 0:
            raise DegenerateDataError(f"the median distance of {NAME} is 0: most examples are identical.")
        kernel = kernel_of(exact, width=width, debiased=debiased)
    elif points.d >= points.n:
        kernel = kernel_of(exact, width=None, debiased=debiased)
    looked_at = np.unique(np.linspace(0, points.n - 1, min(points.n, LOOKED_AT)).astype(np.int64))
    return Part(points, kernel, square_norms(points), debiased, looked_at, width)


def _compare(first: Ready, second: Ready) -> float:
    return _ratio(first, second, [hsic(a, b) for a, b in zip(first.parts, second.parts, strict=True)])


def _ratio(first: Ready, second: Ready, shared: list[Hsic]) -> float:
    value = sum(part.value for part in shared) / math.sqrt(first.norm * second.norm)
    return float(np.clip(value, -1.0 if first.parts[0].debiased else 0.0, 1.0))  # rounding may step over a bound


def _delta(sides: tuple[Ready, Ready], shared: list[Hsic], value: float, *, groups: IntArray | None) -> PairError:
    """Return the error from the influence of single examples, or of batches, on the ratio, and of pairs of examples."""
    first, second = sides
    if len(first.parts) > 1 and groups is not None:
        raise InputError(f"groups of {NAME} cannot be counted in batches, which cut through them. Take batch=None.")
    if groups is not None:
        first, second = _looked_through(first), _looked_through(second)
        shared = [hsic(a, b) for a, b in zip(first.parts, second.parts, strict=True)]
    norm, n = math.sqrt(first.norm * second.norm), first.n
    pieces = (shared[0].by_example, first.own[0].by_example, second.own[0].by_example)
    scale, count = 2.0 * n, n
    if len(shared) > 1:
        count, scale = len(shared), float(len(shared))
        pieces = tuple(np.array([part.value for part in parts]) for parts in (shared, first.own, second.own))  # type: ignore[assignment]
    both, x, y = pieces
    influence = scale * (both / norm - value / 2 * (x / first.norm + y / second.norm))
    twice = _doubled(first, second, value, influence, groups) if len(shared) == 1 else 0.0
    found = error_by_influence("delta", value, influence, extra=-twice, n=count, groups=groups)
    # Near a ratio of 1 what one example does to the product and to the norms cancels, though it may be all there is of them.
    led = min(effective_examples(by_unit(piece, groups)) for piece in (x, y))
    return replace(found, n_eff=led, few=few_examples(led)) if led < LEAD else found


def _doubled(first: Ready, second: Ready, value: float, influence: FloatArray, groups: IntArray | None) -> float:
    """Return the variance of what belongs to pairs of examples, which the influence of either holds."""
    n, looked_at = first.n, first.parts[0].looked_at
    rows = some_examples(looked_at.size, groups)  # with groups all are looked at
    k, m = (among(side.parts[0], looked_at[rows]) for side in (first, second))
    h = k * m / math.sqrt(first.norm * second.norm) - value / 2 * (k**2 / first.norm + m**2 / second.norm)
    levels = influence[rows] / (2 * n * (n - 1))
    if groups is None:
        return surplus_of_pairs(h, levels, n=n)
    return surplus_of_pairs(h, levels, n=int(groups.max()) + 1, groups=groups[rows])


def _looked_through(side: Ready) -> Ready:
    """Return the side with the influence of every example, where groups of them are counted."""
    every = np.arange(side.n)
    parts = tuple(replace(part, looked_at=every) for part in side.parts)
    return replace(side, parts=parts, own=tuple(hsic(part, part) for part in parts))
