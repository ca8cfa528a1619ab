"""Anisotropy: do all points look into one direction?

The mean over all pairs comes from the sum of the unit vectors, so that no pair is drawn at random and none is held.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..points import unit_rows
from ..uncertainty import error_groups, marked, spread_by_influence

NAME = "health_anisotropy"


@within_memory
def health_anisotropy(X: Any, *, error: Literal["auto", "influence"] | None = "auto", groups: Any = None) -> Estimate:
    r"""Mean cosine similarity of two different points.

    (norm(sum_i u_i)^2 - n) / (n (n - 1)) with the rows u_i scaled to length 1: the exact mean that is usually estimated from
    random pairs [1]_.

    Parameters
    ----------
    X : (n, d) array
        Points, none of them 0.
    error : {"auto", "influence", None}
        "influence": from each point's mean similarity to the others. "auto" is "influence".
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Estimate
        value in [-1, 1]: 0 where directions are spread evenly, 1 where all points look into one. chance is 0. per_point (n,)
        has each point's mean similarity to the others. details: "n_eff", on how many examples an error rests (few:
        options["rests_on"]); "dimension", the dimension that contributes most to the value;
        "dimension_share", its part of the value: where it is near 1, that dimension alone decides cosines [2]_.

    Raises
    ------
    InputError
        If X holds a row of zeros.

    References
    ----------
    .. [1] Ethayarajh (2019). How contextual are contextualized word representations? EMNLP, 55-65.
    .. [2] Timkey, van Schijndel (2021). All bark and no bite: rogue dimensions in transformer language models obscure
       representational quality. EMNLP, 4527-4546.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(500, 8))
    >>> abs(rs.health_anisotropy(X).value) < 0.01 < 0.8 < rs.health_anisotropy(X + 3).value
    True
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    unit = unit_rows(_check.points(X, "X", NAME).astype(np.float64), "X", NAME)
    n = unit.shape[0]
    together = error_groups(groups, n, error=error, function=NAME)
    total = unit.sum(axis=0)
    per_point = (unit @ total - 1) / (n - 1)
    by_dimension = (total**2 - np.einsum("ij,ij->j", unit, unit)) / (n * (n - 1))
    value = float(by_dimension.sum())
    top = int(by_dimension.argmax())
    found = Estimate(
        value=min(1.0, max(-1.0, value)),  # rounding
        n=n,
        per_point=per_point,
        chance=0.0,
        options={"error": "influence" if error else None},
        details={
            "dimension": top,
            "dimension_share": float(by_dimension[top] / value) if value > 0 else float("nan"),
        },
        **(
            spread_by_influence(value, 2 * per_point, groups=together) if error else {}
        ),  # each point stands in a pair on either side
    )
    return marked(found, per_point, together) if error else found
