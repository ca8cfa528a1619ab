"""Where estimators of the dimension disagree, and what the scale curve says of the reason.

Estimators that are all right about a flat, evenly filled sheet are led astray by edges, by a density that falls off, by bending
and by noise, each by its own amount. How far apart they stand says whether one number may be quoted; which shapes have such a
scale curve (:func:`id_corrected`) says what leads them astray.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate, note_of
from ._id_corrected import id_corrected
from ._id_gride import id_gride
from ._id_mada import id_mada
from ._id_mle import id_mle
from ._id_mom import id_mom
from ._id_twonn import id_twonn

NAME = "id_disagreement"
ALIKE = 1.1
"""Estimators are told to agree where the largest is not so many times the smallest."""
FLAT = 0.1
"""Change of the scale curve, on the log scale, below which it is level."""
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "gaussian": "density",
        "exponential": "density",
        "cube": "boundary",
        "simplex": "boundary",
        "torus": "curvature",
        "loops": "curvature",
    }
)
"""Family -> what leads estimators astray there; the others are bent a little and end somewhere, and speak for nothing."""
NOISY = ", noise"


@within_memory
def id_disagreement(
    g_or_X: Any,
    *,
    k: int = 20,
    max_rank: int = 64,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
) -> Estimate:
    r"""How many times the smallest estimate of the dimension goes into the largest, and which reasons the scale curve leaves.

    Five estimators read one graph: TwoNN (by maximum likelihood), the maximum likelihood of k neighbours [1]_, the method of
    moments, MADA (these with the harmonic mean over points), and Gride at its largest rank. Apart by more than a tenth, none of
    them may be quoted alone.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least `max_rank` neighbours and their distances, or the points.
    k : int of at least 4
        Neighbours of the estimators that take so many.
    max_rank : {8, 16, 32, 64}
        Largest rank of the scale curve.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.

    Returns
    -------
    Estimate
        value >= 1, the largest over the smallest. details: "names" and "values" (5,) of the estimators, "stderr" (5,) of each;
        "reasons", those that the scale curve does not refuse, of "boundary" (shapes with edges), "density" (that falls off),
        "curvature" (that bends without an end) and "noise" (the curve falls, and is that of shapes with noise alone); none
        where estimators agree, no shape has such a curve, or :func:`id_corrected` has no table for so many points; "trend", the
        log of the curve's last value over its first; "note", the reasons in words, as tables give them.

    Raises
    ------
    DegenerateDataError
        If an estimator finds no dimension.
    GraphDepthError
        If the graph holds fewer than `max_rank` distinct neighbours.
    InputError
        If k is out of range.

    References
    ----------
    .. [1] Levina, Bickel (2005). Maximum likelihood estimation of intrinsic dimension. NeurIPS 17, 777-784.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> found = rs.id_disagreement(np.random.default_rng(0).random((1000, 20)))
    >>> bool(found.value > 1.1), "boundary" in found.details["reasons"]
    (True, True)
    """
    _check.integer(k, "k", NAME, low=4)
    common: dict[str, Any] = {"duplicates": duplicates}
    corrected = id_corrected(g_or_X, max_rank=max_rank, **common)
    estimators: dict[str, Callable[[], Estimate]] = {
        f"id_mle(k={k})": lambda: id_mle(g_or_X, k=k, **common),
        f"id_mom(k={k})": lambda: id_mom(g_or_X, k=k, average="harmonic", **common),
        f"id_mada(k={k})": lambda: id_mada(g_or_X, k=k, average="harmonic", **common),
    }
    found = {"id_twonn(mle)": id_twonn(g_or_X, estimator="mle", **common)}
    found |= {name: estimate() for name, estimate in estimators.items()}
    curve = id_gride(g_or_X, max_rank=max_rank, **common)
    names = [*found, f"id_gride(rank={max_rank})"]
    values = np.array([*(float(one.value) for one in found.values()), float(curve.values[-1])])
    last = math.nan if curve.stderr is None else float(curve.stderr[-1])
    errors = np.array([*(math.nan if one.stderr is None else one.stderr for one in found.values()), last])
    if not np.isfinite(values).all() or values.min() <= 0:
        raise DegenerateDataError(f"{NAME} has no dimension by {names[int(np.flatnonzero(~(values > 0))[0])]}.")
    apart = float(values.max() / values.min())
    trend = math.log(float(curve.values[-1] / curve.values[0]))
    tied = f"; {note_of(curve)}" if note_of(curve) else ""
    reasons = _reasons(corrected, trend) if apart > ALIKE else ()
    return Estimate(
        value=apart,
        n=corrected.n,
        dropped=corrected.dropped,
        options={"k": k, "max_rank": max_rank, "duplicates": duplicates},
        details={
            "names": np.array(names),
            "values": values,
            "stderr": errors,
            "reasons": np.array(reasons, dtype=str),
            "trend": trend,
            "note": (f"reasons left: {', '.join(reasons) or 'none'}" if apart > ALIKE else "") + tied,
        },
    )


def _reasons(corrected: Estimate, trend: float) -> tuple[str, ...]:
    """Return what the shapes that have such a curve are led astray by."""
    families = corrected.details["families"].tolist()
    clean = {
        REASONS[name] for name in (one.removesuffix(" 0.05").removesuffix(NOISY) for one in families) if name in REASONS
    }
    # A falling curve that shapes have with noise, and none without, is evidence of noise. One that no shape has is evidence of
    # nothing: mixtures and lattices fall as well.
    noise = trend < -FLAT and bool(families) and all(NOISY in one for one in families)
    return tuple(sorted(clean | ({"noise"} if noise else set())))
