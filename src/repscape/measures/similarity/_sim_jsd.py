"""Jensen-Shannon divergence of outputs: how differently two networks spread their belief over the classes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from scipy.special import rel_entr

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import Null
from ._held import Held
from ._outputs import FloatArray, Outputs, held_outputs, null_of_costs, outputs_estimate
from ._pair import Inference, ready

NAME = "sim_jsd"
LOOKED_AT = 500
"""Examples up to which every one is compared with every other for the moments of the null."""


@within_memory
def sim_jsd(
    X: Any,
    Y: Any,
    *,
    outputs: Outputs = "scores",
    base: Literal[2, "e"] = 2,
    error: Literal["auto", "influence", "subsample"] | None = "auto",
    permutations: int = 0,
    groups: Any = None,
    within: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean over examples of the Jensen-Shannon divergence of two networks' outputs.

    (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, for the probabilities p and q that either network gives the classes of
    an example [1]_. It sees doubt where `sim_disagreement` sees only the first place [2]_.

    Parameters
    ----------
    X : (n, classes) array
        Outputs of one network for n examples.
    Y : (n, classes) array
        Those of another for the same examples, row by row, the classes in the same order.
    outputs : {"scores", "probabilities"}
        "scores" are logits, of which softmax makes probabilities; "probabilities" are taken as they are.
    base : {2, "e"}
        Bits, at most 1; or nats, at most log 2.
    error : {"auto", "influence", "subsample", None}
        "influence", which "auto" is: the error of a mean over examples; `groups` are counted as wholes. "subsample": over 20
        random halves of the examples.
    permutations : int
        Shuffles of the examples of Y, for p_value. 0 leaves chance and calibrated to exact moments, up to 500 examples.
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
        value in [0, 1] bits or [0, log 2] nats; higher means less alike. chance: the mean over examples that do not belong
        together. per_point: the divergence of each example.

    Raises
    ------
    InputError
        If the sides have different numbers of examples or of classes, or rows of probabilities do not add up to 1.

    References
    ----------
    .. [1] Lin (1991). Divergence measures based on the Shannon entropy. IEEE Transactions on Information Theory 37.
    .. [2] Klabunde, Schumacher, Strohmaier, Lemmerich (2025). Similarity of neural network models: a survey of functional and
       representational measures. ACM Computing Surveys 57.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> one, other = np.array([[1.0, 0], [0.5, 0.5], [0, 1]]), np.array([[0.0, 1], [0.5, 0.5], [1, 0]])
    >>> found = rs.sim_jsd(one, other, outputs="probabilities")
    >>> round(found.value, 3), found.per_point.tolist()
    (0.667, [1.0, 0.0, 1.0])
    """
    options = {"outputs": outputs, "base": base}
    asked = Inference(error, permutations, rng, groups, within)
    unit = math.log(2) if _check.choice(base, "base", NAME, (2, "e")) == 2 else 1.0
    sides = ready(X, Y, kind=Held, prepare=prepare, options=options)

    def per_example(first: Held, second: Held) -> FloatArray:
        return _divergence(first.rows["probabilities"], second.rows["probabilities"]) / unit

    return outputs_estimate(
        sides,
        per_example,
        function=NAME,
        asked=asked,
        options=options,
        details={},
        best=math.log(2) / unit,
        closed=lambda: _null(*sides, unit),
    )


def prepare(X: Any, options: Mapping[str, Any], name: str = "X") -> Held:
    """Return the probabilities of each example."""
    source, found, again = held_outputs(
        X, options["outputs"], name=name, function=NAME, again=lambda rows: prepare(rows, options, name)
    )
    return Held(source, again, rows={"probabilities": found})


def _divergence(p: FloatArray, q: FloatArray) -> FloatArray:
    """Return the divergence of rows in nats; p and q may be of shapes that numpy brings together."""
    middle = (p + q) / 2
    found = (rel_entr(p, middle) + rel_entr(q, middle)).sum(axis=-1) / 2
    cut: FloatArray = np.clip(found, 0.0, math.log(2))
    return cut


def _null(first: Held, second: Held, unit: float) -> Null | None:
    if not 2 < first.n <= LOOKED_AT:
        return None
    p, q = first.rows["probabilities"], second.rows["probabilities"]
    costs = np.stack([_divergence(row, q) for row in p]) / unit
    once = np.ones(first.n)
    return null_of_costs(costs, once, once)
