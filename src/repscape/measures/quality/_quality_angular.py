"""Angular distance between two layers: how far the state of an example turns on the way."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._residual import SHIFTS, angles, mean_of_examples, unit_states

NAME = "quality_angular"


@within_memory
def quality_angular(X: Any, Y: Any, *, error: Literal["auto", "influence"] | None = "auto") -> Estimate:
    r"""Mean of ``arccos(x . y / |x| |y|) / pi`` over examples: small where the blocks between could be left out [1]_.

    Parameters
    ----------
    X, Y : (n, d) arrays
        States of the same examples at layers l and l + n of one residual stream, none of them 0.
    error : {"auto", "influence", None}
        Over examples.

    Returns
    -------
    Estimate
        value in [0, 1]: 0 for the same direction, 1/2 for a right angle. chance is that of the state of one example and the
        later state of another. per_point (n,): of each example. details: "quartiles" (3,).

    Raises
    ------
    InputError
        If X and Y differ in shape, or hold a row of zeros.

    References
    ----------
    .. [1] Gromov, Tirumala, Shapourian, Glorioso, Roberts (2024). The unreasonable ineffectiveness of the deeper layers.
       arXiv:2403.17887.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> round(rs.quality_angular(X, 3 * X).value, 9), rs.quality_angular(X, -X).value
    (0.0, 1.0)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    first, second = unit_states(X, Y, NAME)
    n = first.shape[0]
    shifts = range(1, min(n, SHIFTS + 1))
    order = np.random.default_rng(n).permutation(n)
    chance = np.mean([angles(first[order], second[np.roll(order, shift)]).mean() for shift in shifts])
    return mean_of_examples(angles(first, second), chance=float(chance), high=1.0, error=error)
