"""Rogue dimensions: does one dimension decide which points are neighbours?"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import BLOCK_ROWS, centred, spans
from ..uncertainty import error_groups, marked, spread_by_influence

NAME = "health_rogue"
TIMES = 10


@within_memory
def health_rogue(X: Any, *, error: Literal["auto", "influence"] | None = "auto", groups: Any = None) -> Estimate:
    r"""Largest share of the mean squared distance between two points that one dimension carries.

    It is the largest share of the variance. A few dimensions of very large variance are common in language models [1]_, and
    where one carries more than half, it decides who is near: of forty normal dimensions (4,000 points, 10 neighbours) one with
    half of the variance leaves .28 of the neighbours that there would be without it, one with 98 % leaves .05.
    ``Plan(preprocess="drop_rogue")`` or "standardise" shows what the others say.

    Parameters
    ----------
    X : (n, d) array
        Points.
    error : {"auto", "influence", None}
        "influence": from each point's part in both sums. "auto" is "influence".
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Estimate
        value in [1 / d, 1]; chance is 1 / d, an even share. details: "n_eff", on how many examples an error rests (few:
        options["rests_on"]); "dimension", which it is; "above_even", how many
        dimensions carry over ten times an even share.

    Raises
    ------
    DegenerateDataError
        If all points are identical.

    References
    ----------
    .. [1] Timkey, van Schijndel (2021). All bark and no bite: rogue dimensions in transformer language models obscure
       representational quality. EMNLP, 4527-4546.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 40))
    >>> X[:, 7] *= 20
    >>> found = rs.health_rogue(X)
    >>> round(found.value, 1), found.details["dimension"]
    (0.9, 7)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    points = centred(X, "X", NAME, precision="float64")
    n, d = points.n, points.d
    together = error_groups(groups, n, error=error, function=NAME)
    scale = max(float(np.abs(points.block(*part)).max()) for part in spans(n, BLOCK_ROWS))
    totals, by_point = np.zeros(d), np.empty(n)
    for start, stop in spans(n, BLOCK_ROWS):
        squares = (points.block(start, stop) / scale) ** 2  # scaled: squares neither overflow nor vanish
        totals += squares.sum(axis=0)
        by_point[start:stop] = squares.sum(axis=1)
    top = int(totals.argmax())
    value = float(totals[top] / totals.sum())
    along = ((points.source[:, top].astype(np.float64) - points.mean[top]) / scale) ** 2
    found = Estimate(
        value=value,
        n=n,
        chance=1 / d,
        options={"error": "influence" if error else None},
        details={"dimension": top, "above_even": int((totals > TIMES / d * totals.sum()).sum())},
        **(spread_by_influence(value, (along - value * by_point) / by_point.mean(), groups=together) if error else {}),
    )
    return marked(found, along - value * by_point, together) if error else found
