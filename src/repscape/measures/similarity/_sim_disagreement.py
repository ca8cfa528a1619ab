"""Disagreement: how often two networks name different classes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from scipy.special import ndtri

from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Asked, JointNull, Null
from ._held import Held
from ._outputs import FloatArray, Outputs, held_outputs, null_of_costs, outputs_estimate
from ._pair import Inference, null_name, ready

NAME = "sim_disagreement"


@within_memory
def sim_disagreement(
    X: Any,
    Y: Any,
    *,
    outputs: Outputs = "scores",
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Share of the examples for which two networks name different classes.

    The class of an example is the largest of its outputs, the first of equals. It compares what networks do [1]_ [2]_, and no
    hidden layers: two that agree everywhere may get there in different ways.

    Parameters
    ----------
    X : (n, classes) array
        Outputs of one network for n examples: logits or probabilities.
    Y : (n, classes) array
        Those of another for the same examples, row by row, the classes in the same order.
    outputs : {"scores", "probabilities"}
        "probabilities" checks that every row adds up to 1; the value is the same.
    error : {"auto", "influence", "subsample", None}
        "influence", which "auto" is: the error of a share, with Wilson's interval; `groups` are counted as wholes. "subsample":
        over 20 random halves of the examples.
    permutations : int
        Shuffles of the examples of Y, for p_value; 0 leaves chance and calibrated to exact moments.
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
        value in [0, 1]; higher means less alike. chance: what two networks that name the same classes as often, of unrelated
        examples, read. per_point: 1 where they differ. details: "null_mean", "null_sd", "null_threshold", "kappa", the
        agreement beyond chance [3]_.

    Raises
    ------
    InputError
        If the sides have different numbers of examples or of classes, or rows of probabilities do not add up to 1.

    References
    ----------
    .. [1] Madani, Pennock, Flake (2004). Co-validation: using model disagreement on unlabeled data to validate classification
       algorithms. NeurIPS 17.
    .. [2] Klabunde, Schumacher, Strohmaier, Lemmerich (2025). Similarity of neural network models: a survey of functional and
       representational measures. ACM Computing Surveys 57.
    .. [3] Cohen (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> one = np.array([[2.0, 1, 0], [0, 3, 1], [1, 0, 5], [4, 0, 0]])
    >>> other = np.array([[3.0, 1, 0], [0, 2, 9], [0, 0, 1], [7, 1, 0]])
    >>> found = rs.sim_disagreement(one, other)
    >>> found.value, found.per_point.tolist(), found.chance
    (0.25, [0.0, 1.0, 0.0, 0.0], 0.625)
    """
    options = {"outputs": outputs}
    asked = Inference(error, permutations, rng, groups, within)
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)
    chance = _null(*sides).mean if sides[0].n == sides[1].n else math.nan
    differ = float(_differ(*sides).mean()) if sides[0].n == sides[1].n else math.nan
    return outputs_estimate(
        sides,
        _differ,
        function=NAME,
        asked=asked,
        options=options,
        details={"kappa": 1 - differ / chance if chance > 0 else 1.0},
        best=1.0,
        closed=lambda: _null(*sides),
        interval=_wilson,
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the class of each example."""
    source, _, again = held_outputs(
        X, options["outputs"], name=name, function=NAME, again=lambda rows: prepare(rows, options, name)
    )
    return Held(source, again, rows={"classes": source.argmax(axis=1).astype(np.float64)})


def nulls(
    sides: Mapping[int, Held], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the values of all pairs under shared relabellings."""
    classes = {place: side.rows["classes"].astype(np.int16) for place, side in sides.items()}
    n = next(iter(sides.values())).n
    orders = np.stack(asked.orders(n))
    moved = {place: classes[place][orders] for place in {pair[1] for pair in pairs}}
    values = np.stack([(classes[one] != moved[other]).mean(axis=1) for one, other in pairs])
    return JointNull(values, null_name(asked.permutations, asked.free))


def _differ(first: Held, second: Held) -> FloatArray:
    found: FloatArray = (first.rows["classes"] != second.rows["classes"]).astype(np.float64)
    return found


def _null(first: Held, second: Held) -> Null:
    kinds = max(first.source.shape[1], second.source.shape[1])
    counts = [
        np.bincount(side.rows["classes"].astype(np.int64), minlength=kinds).astype(float) for side in (first, second)
    ]
    return null_of_costs(1.0 - np.eye(kinds), *counts)


def _wilson(share: float, n: int) -> tuple[float, float]:
    """Return Wilson's score interval of 95 %, which is wide where nothing, or everything, differs."""
    z = -float(ndtri(0.025))
    middle, reach = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (middle - reach) / (1 + z**2 / n), (middle + reach) / (1 + z**2 / n)
    return max(0.0, min(low, share)), min(1.0, max(high, share))
