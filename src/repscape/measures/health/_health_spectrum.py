"""The eigenspectrum of the covariance: how the variance is shared out among the principal directions."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

from ... import _check
from ...machine import within_memory
from .._result import Curve
from ..points import centred, compact, cross
from ..uncertainty import by_group, error_groups, influence_stderr, replicates_of_influence

NAME = "health_spectrum"
ZERO = 1e-15


@within_memory
def health_spectrum(
    X: Any,
    *,
    components: int | None = 64,
    error: Literal["auto", "influence"] | None = "auto",
    groups: Any = None,
) -> Curve:
    r"""Share of the variance along each principal direction, largest first.

    Parameters
    ----------
    X : (n, d) array
        Points.
    components : int, optional
        Directions kept; None, or more than there are: all min(n - 1, d).
    error : {"auto", "influence", None}
        "influence": (z_ij^2 - share_j norm(x_i)^2) / total, from the coordinates z of each point, to first order; too small
        where several eigenvalues are equal. "auto" is "influence".
    groups : (n,) array, optional
        Families, authors, near-copies, at least 8: the error counts them as wholes.

    Returns
    -------
    Curve
        x is the component, from 1; values in [0, 1] do not rise. details: "effective_rank", exp of the entropy of all shares
        [1]_, from 1 to min(n - 1, d); "components_90", the fewest directions with 90 % of the variance.

    Raises
    ------
    DegenerateDataError
        If all points are identical.

    References
    ----------
    .. [1] Roy, Vetterli (2007). The effective rank: a measure of effective dimensionality. EUSIPCO, 606-610.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(5000, 4)) * [3, 1, 1, 1]
    >>> spectrum = rs.health_spectrum(X)
    >>> spectrum.values.round(1).tolist(), spectrum.details["components_90"]
    ([0.7, 0.1, 0.1, 0.1], 3)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    if components is not None:
        _check.integer(components, "components", NAME, low=1)
    points = compact(centred(X, "X", NAME, precision="float64"))
    n = points.n
    together = error_groups(groups, n, error=error, function=NAME)
    there = min(n - 1, points.d)
    kept = there if components is None else min(components, there)
    lengths, axes = eigh(cross(points, points), check_finite=False)
    shares = np.maximum(lengths[::-1][:there], 0.0)
    shares = shares / shares.sum()
    held = shares[shares > ZERO]
    spread = _spread(points.block(0, n), axes[:, ::-1][:, :kept], shares[:kept], together) if error else {}
    return Curve(
        x=np.arange(1.0, kept + 1),
        values=shares[:kept],
        x_name="component",
        n=n,
        options={"components": components, "error": "influence" if error else None},
        details={
            "effective_rank": float(np.exp(-(held * np.log(held)).sum())),
            "components_90": int(np.searchsorted(shares.cumsum(), 0.9 * (1 - 1e-12))) + 1,
        },
        **spread,
    )


def _spread(
    rows: npt.NDArray[np.float64],
    axes: npt.NDArray[np.float64],
    shares: npt.NDArray[np.float64],
    groups: npt.NDArray[np.int64] | None,
) -> dict[str, Any]:
    squares = np.einsum("ij,ij->i", rows, rows)
    influence = ((rows @ axes) ** 2 - shares * squares[:, None]) / squares.mean()
    stderr = np.array([influence_stderr(one, groups) for one in influence.T])
    replicates = [
        replicates_of_influence(by_group(one, groups), stderr=float(e))
        for one, e in zip(influence.T, stderr, strict=True)
    ]
    return {"stderr": stderr, "replicates": np.stack(replicates, axis=1)}
