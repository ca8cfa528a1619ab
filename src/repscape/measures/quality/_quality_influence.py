"""Block influence: how much a block changes the direction of its input."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._residual import mean_of_examples, unit_states

NAME = "quality_influence"


@within_memory
def quality_influence(X: Any, Y: Any, *, error: Literal["auto", "influence"] | None = "auto") -> Estimate:
    r"""1 - the mean cosine between the input X and the output Y of a block, or of several in a row [1]_.

    Parameters
    ----------
    X, Y : (n, d) arrays
        States of the same examples before and after, none of them 0.
    error : {"auto", "influence", None}
        Over examples.

    Returns
    -------
    Estimate
        value in [0, 2]: 0 where no direction changes. chance is that of the input of one example and the output of another,
        over all pairs of different examples. per_point (n,): of each example. details: "quartiles" (3,).

    Raises
    ------
    InputError
        If X and Y differ in shape, or hold a row of zeros.

    References
    ----------
    .. [1] Men, Xu, Zhang, Wang, Lin, Lu, Han, Chen (2024). ShortGPT: layers in large language models are more redundant than
       you expect. arXiv:2403.03853.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(100, 8))
    >>> rs.quality_influence(X, X).value, rs.quality_influence(X, -X).value
    (0.0, 2.0)
    """
    _check.choice(error, "error", NAME, ("auto", "influence", None))
    first, second = unit_states(X, Y, NAME)
    n = first.shape[0]
    per_point = ((first - second) ** 2).sum(axis=1) / 2  # 1 - cosine, with all its digits near 0
    together = float(first.sum(axis=0) @ second.sum(axis=0)) - float(np.einsum("ij,ij->", first, second))
    return mean_of_examples(per_point, chance=1 - together / (n * (n - 1)), high=2.0, error=error)
