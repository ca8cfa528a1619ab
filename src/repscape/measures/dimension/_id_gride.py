"""Gride: the intrinsic dimension as a function of neighbourhood size, from ratios of distances to ranks n and 2n."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Curve
from ..uncertainty import depth_for_gride, error_groups
from ._distinct import near_distances
from ._few_examples import examples_behind, flagged_curve
from ._gride_error import AtRank, gride_error
from ._near_copies import DECIDE, LOOKED_AT, NUMBER, WITHOUT, NearCopies, warn_of_near_copies

FloatArray = npt.NDArray[np.float64]
SAME, TIED = 1e-9, 0.1
"""Logarithm of a ratio that is 1 but for rounding; the share of such from which on distances are said to be tied."""


@within_memory
def id_gride(
    g_or_X: Any,
    *,
    max_rank: int = 64,
    outliers: Literal["dadapy"] | None = None,
    duplicates: Literal["merge", "drop", "raise"] = "merge",
    error: Literal["auto", "model"] | None = "auto",
    groups: Any = None,
) -> Curve:
    r"""Intrinsic dimension against scale by Gride: ratios of the distances to the neighbours of rank 2n and n.

    For n = 1, 2, 4, ... the likelihood of mu = r_2n / r_n under a d-dimensional manifold with locally constant density is
    maximised over d [1]_. At n = 1 this is TwoNN's maximum likelihood estimate.

    Parameters
    ----------
    g_or_X : NeighborGraph or (n, d) array
        A graph with at least `max_rank` neighbours and their distances, or the points.
    max_rank : int in [2, n - 1]
        Largest rank 2n; the curve stands at 2, 4, 8, ... up to it.
    outliers : {"dadapy", None}
        "dadapy": leave out ratios above 20 (q95 - q50) + q50, as that package does. None keeps all.
    duplicates : {"merge", "drop", "raise"}
        As in :func:`id_twonn`.
    error : {"auto", "model", None}
        "auto": up to rank 4 the neighbour sandwich; beyond, the spread over random halves of the points, at half the rank
        and so at the same scale, in units of the model's error. "model": 1 / sqrt(Fisher information) with independent
        ratios, the peers' value: neighbouring points share neighbours, so it is 5 to 45 % too small. "auto" needs indices
        and, for rank r, about r + 1.5 sqrt(r) neighbours; where a graph has fewer, the model's error is enlarged as at the
        last rank that could be done, and ``details["error"]`` says so.
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes, over random subsets of whole groups.

    Returns
    -------
    Curve
        Over x = "rank" (the upper rank 2n): values > 0, NaN at a rank where all ratios are 1, as on a grid. details:
        "distance" (m,), the mean distance to the neighbour of that rank; "used" (m,), the ratios used; "unit_ratios" (m,),
        how many of them are exactly 1, and "note" where more than a tenth are at a rank; with error="auto" also "error" (m,),
        how each rank's was found; "near_copies", how many points have a neighbour far nearer than the dimension allows,
        "without_near_copies" (m,), the values with one point for each group of them, and "near_copies_decide" (m,), whether
        that differs by more than a fifth, as in :func:`id_twonn`; with error="auto" "n_eff" (m,) and "rests_on_few" (m,), the
        ranks that options["rests_on"] names. replicates (draws, m) are over random halves of the rows that came in.

    Raises
    ------
    InputError
        If max_rank is out of range.
    GraphDepthError
        If the graph holds fewer than `max_rank` distinct neighbours.
    DegenerateDataError
        If there are too few distinct points, or all ratios are 1 at every rank.

    References
    ----------
    .. [1] Denti, Doimo, Laio, Mira (2022). The generalized ratios intrinsic dimension estimator. Scientific Reports 12, 20005.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 3))
    >>> curve = rs.id_gride(X, max_rank=16)
    >>> curve.x.tolist(), curve.values.round().tolist()
    ([2.0, 4.0, 8.0, 16.0], [3.0, 3.0, 3.0, 3.0])
    """
    name = "id_gride"
    _check.integer(max_rank, "max_rank", name, low=2)
    _check.choice(outliers, "outliers", name, ("dadapy", None))
    _check.choice(error, "error", name, ("auto", "model", None))
    lower = 2 ** np.arange(int(math.log2(max_rank)))
    deeper = depth_for_gride(max_rank) if error == "auto" else 0
    near = near_distances(
        g_or_X, int(2 * lower[-1]), duplicates=duplicates, function=name, deeper=max(LOOKED_AT, deeper)
    )
    rows = [AtRank.of(near.lengths, int(rank), outliers) for rank in lower]
    values = np.array([row.value for row in rows])
    if np.isnan(values).all():
        raise DegenerateDataError(
            "id_gride cannot tell a dimension: all ratios are 1 (the neighbours of every point stand at one distance)."
        )
    together = error_groups(groups, near.rows, error=error, function=name)
    found = gride_error(rows, near.surroundings(deeper, groups=together), outliers) if error == "auto" else None
    stderr = found.stderr if found else np.array([row.model for row in rows])
    copies = NearCopies.of(near)
    curve = Curve(
        x=(2 * lower).astype(np.float64),
        values=values,
        x_name="rank",
        n=near.n,
        stderr=stderr if error else None,
        dropped=near.dropped,
        options={
            "max_rank": max_rank,
            "outliers": outliers,
            "duplicates": duplicates,
            "error": found.summary(2 * lower) if found else error,
            **near.conventions,
        },
        details={
            "distance": near.lengths[:, 2 * lower - 1].mean(axis=0),
            "used": np.array([row.log_mu.size for row in rows]),
            "unit_ratios": np.array([int((row.log_mu == 0).sum()) for row in rows]),
            "note": _said_of_ties(rows),
            **({"error": np.array(found.methods)} if found else {}),
            **_near_copies(copies, rows),
        },
        replicates=found.replicates if found else None,
    )
    curve = flagged_curve(curve, np.array([_examples_behind(row, copies) for row in rows])) if found else curve
    warn_of_near_copies(curve, name)
    return curve


def _said_of_ties(rows: list[AtRank]) -> str:
    """Return what must be said of ratios that are 1, which no likelihood for real numbers allows for."""
    share = max(float((row.log_mu <= SAME).mean()) if row.log_mu.size else 0.0 for row in rows)
    return f"distances are tied at {share:.0%} of points, as on a lattice: see id_discrete" if share > TIED else ""


def _examples_behind(row: AtRank, copies: NearCopies) -> float:
    """Return on how many examples the value at a rank rests."""
    return math.nan if row.value != row.value else examples_behind(row.scores(), copies)


def _near_copies(found: NearCopies, rows: list[AtRank]) -> dict[str, Any]:
    """Return the details on near copies, the values rank by rank."""
    each = []
    for row in rows:

        def value(lengths: FloatArray, row: AtRank = row) -> float:
            return AtRank.of_ratios(lengths[:, 1] / lengths[:, 0], row.rank, None).value

        each.append(found.details(row.value, value, np.array([row.rank, 2 * row.rank])))
    return {NUMBER: each[0][NUMBER], **{name: np.array([one[name] for one in each]) for name in (WITHOUT, DECIDE)}}
