"""Linearity of a block: how much of its output a linear map of its input gives."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from scipy.linalg import qr

from ... import _check
from ...errors import DegenerateDataError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import marked, spread_by_influence, within_bounds
from ._residual import FloatArray, two_states
from ._spectra import SAME

NAME = "quality_linearity"
ZERO = 1e-10


@within_memory
def quality_linearity(
    X: Any,
    Y: Any,
    *,
    residual: bool = True,
    error: Literal["auto", "influence"] | None = "auto",
) -> Estimate:
    r"""``1 - min_A |X A - Y|^2``, X and Y centred, of length 1: the share of an output that is linear in its input [1]_.

    Parameters
    ----------
    X, Y : (n, d) and (n, p) arrays
        States of the same examples before and after a block.
    residual : bool
        Whether the residual stream counts: False takes Y - X, what the block itself adds, which is far less linear, since a
        stream that is hardly changed is nearly linear in itself. X and Y must then be of one width.
    error : {"auto", "influence", None}
        "influence": from each example's part in both sums.

    Returns
    -------
    Estimate
        value in [0, 1], on the rows that the map was fitted to. chance is r / (n - 1), r the rank of X: what noise gives.
        details: "n_eff", on how many examples an error rests (few: options["rests_on"]); "adjusted", 1 - (1 - value) (n - 1)
        / (n - 1 - r); "rank". :func:`sim_linreg` has the value on held-out rows.

    Raises
    ------
    DegenerateDataError
        If X or Y (with residual=False: Y - X) does not vary.
    InputError
        If there are no more examples than X has directions, which any output would be linear in.

    References
    ----------
    .. [1] Razzhigaev, Mikhalchuk, Goncharova, Gerasimenko, Oseledets, Dimitrov, Kuznetsov (2024). Your transformer is secretly
       linear. ACL, 5376-5384.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(2000, 4))
    >>> Y = X + 0.1 * np.tanh(X**2)
    >>> rs.quality_linearity(X, Y).value > 0.99, rs.quality_linearity(X, Y, residual=False).value < 0.1
    (True, True)
    """
    _check.choice(residual, "residual", NAME, (True, False))
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    first, second = two_states(X, Y, NAME, equal=not residual)
    n = first.shape[0]
    before = _centred(first, "X")
    after = _centred(second if residual else second - first, "Y" if residual else "Y - X")
    basis, lengths, _ = qr(before, mode="economic", pivoting=True, check_finite=False)
    heights = np.abs(np.diag(lengths))
    rank = int((heights > ZERO * heights[0]).sum())
    if rank >= n - 1:
        raise DegenerateDataError(
            f"X of {NAME} has {rank} directions in {n} examples: any output is linear in so many. Take more examples."
        )
    basis = basis[:, :rank]
    rest = ((after - basis @ (basis.T @ after)) ** 2).sum(axis=1)
    whole = (after**2).sum(axis=1)
    value = float(np.clip(1 - rest.sum() / whole.sum(), 0.0, 1.0))
    # The map is fitted to these rows, so that what it leaves of them varies less than on others: as n - 1 - r rows for n.
    loose = np.sqrt(n / (n - 1 - rank)) * (rest - rest.mean())
    influence = ((1 - value) * (whole - whole.mean()) - loose) / whole.mean()
    spread = spread_by_influence(value, influence) if error else {}
    if spread:
        spread["interval"] = within_bounds(value, spread["interval"], low=0.0, high=1.0)
    found = Estimate(
        value=value,
        n=n,
        chance=rank / (n - 1),
        options={"residual": residual, "error": "influence" if error else None},
        details={"adjusted": 1 - (1 - value) * (n - 1) / (n - 1 - rank), "rank": rank},
        **spread,
    )
    return marked(found, (1 - value) * whole - rest) if error else found


def _centred(points: FloatArray, name: str) -> FloatArray:
    """Return points about their mean, in units of their largest entry."""
    found: FloatArray = points - points.mean(axis=0)
    found = found - found.mean(axis=0)  # twice, as in spectra: the mean is rounded
    largest = float(np.abs(found).max())
    if largest <= SAME * float(np.abs(points).max()):
        raise DegenerateDataError(
            f"{name} of {NAME} must vary over the examples. All {points.shape[0]} rows are identical."
        )
    return found / largest
