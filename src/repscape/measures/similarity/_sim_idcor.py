"""IdCor: whether two representations together fill fewer dimensions than apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from ... import _check, _random
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..dimension import id_twonn
from ..points import centred
from ._held import FloatArray, Held, held_estimate
from ._pair import Inference, ready
from ._pair_error import Parts

NAME = "sim_idcor"
LEAST = 10


@within_memory
def sim_idcor(
    X: Any,
    Y: Any,
    *,
    reading: Literal["permuted", "raw"] = "permuted",
    draws: int = 10,
    per: Literal["max", "min"] = "max",
    error: Literal["auto", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Correlation of two representations by their intrinsic dimensions.

    If one says all about the other, both together have no more dimensions than the larger; if they are independent, as many
    as the sum [1]_. Sides are scaled to equal total variance and put side by side; dimensions are TwoNN's.

    Parameters
    ----------
    X : (n, d) array
        One representation of n examples.
    Y : (n, p) array
        Another of the same examples, row by row.
    reading : {"permuted", "raw"}
        "permuted": (d_perm - d) / (d_perm - max(d_x, d_y)), d the dimension of both sides together and d_perm that of both
        with the examples of one relabelled. "raw": (d_x + d_y - d) / max(d_x, d_y), as released; it reads .1 to .45 for
        independent Gaussians, since dimensions of many are underestimated.
    draws : int
        Relabellings over which d_perm is averaged.
    per : {"max", "min"}
        What the raw form is a share of.
    error : {"auto", "subsample", None}
        "subsample": over 20 random halves of the examples (with `groups`, of the groups). They spread more than twice too
        far, so that "auto" is None.
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
        value, near 0 for independent and near 1 for equal representations, at times outside; higher means more alike.
        details: "d_x", "d_y", "d_both", "d_permuted" (NaN where raw), "best" (1).

    Raises
    ------
    InputError
        If an option is out of range, there are fewer than 10 examples, or the sides are of different numbers of examples.
    DegenerateDataError
        If all examples of a side are the same, or relabelled sides have no more dimensions than the larger one.

    References
    ----------
    .. [1] Basile, Acevedo, Bortolussi, Anselmi, Rodriguez (2025). Intrinsic dimension correlation: uncovering nonlinear
       connections in multimodal representations. ICLR.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X, noise = np.random.default_rng(0).normal(size=(2, 500, 3))
    >>> rs.sim_idcor(X, np.sin(X), error=None).value > 0.7 > 0.3 > rs.sim_idcor(X, noise, error=None).value
    True
    """
    options = {"reading": reading, "draws": draws, "per": per}
    asked = Inference(error, permutations, rng, groups, within)
    asked.check(NAME)
    _check.choice(reading, "reading", NAME, ("permuted", "raw"))
    _check.choice(per, "per", NAME, ("max", "min"))
    _check.integer(draws, "draws", NAME, low=1)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    _check.same_rows(sides[0].n, sides[1].n, ("X", "Y"), NAME)

    def parts(first: Held, second: Held) -> tuple[float, float]:
        both = _dimension(first.rows["points"], second.rows["points"])
        if reading == "raw":
            return both, float("nan")
        orders = [_random.generator(seed, NAME).permutation(first.n) for seed in range(draws)]
        return both, float(np.mean([_dimension(first.rows["points"], second.rows["points"][o]) for o in orders]))

    def compare(first: Held, second: Held) -> float:
        return _reading(first.fixed["d"], second.fixed["d"], *parts(first, second), options=options)

    both, relabelled = parts(*sides)
    return held_estimate(
        sides,
        compare,
        function=NAME,
        asked=asked,
        options=options,
        details={
            "d_x": sides[0].fixed["d"],
            "d_y": sides[1].fixed["d"],
            "d_both": both,
            "d_permuted": relabelled,
            "best": 1.0,
        },
        parts=Parts(auto=False),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Do all that does not depend on the other side."""
    found = centred(X, name, NAME, precision="float64")
    _check.integer(found.n, "the number of examples", NAME, low=LEAST, why="fewer say nothing of dimensions")
    points = found.block(0, found.n)
    points /= np.linalg.norm(points)
    return Held(
        found.source,
        lambda rows: prepare(rows, options, name),
        rows={"points": points},
        fixed={"d": _dimension(points)},
    )


def _dimension(*blocks: FloatArray) -> float:
    return float(id_twonn(np.concatenate(blocks, axis=1), error=None).value)


def _reading(dx: float, dy: float, both: float, relabelled: float, *, options: Mapping[str, Any]) -> float:
    if options["reading"] == "raw":
        return (dx + dy - both) / (max if options["per"] == "max" else min)(dx, dy)
    room = relabelled - max(dx, dy)
    if room <= 0:
        raise DegenerateDataError(
            f"{NAME} cannot be read: relabelled, both sides together have {relabelled:.3g} dimensions, no more than the larger "
            f"of {dx:.3g} and {dy:.3g}. Take more examples, or reading='raw'."
        )
    return (relabelled - both) / room
