"""Models of measured dissimilarities, judged over subjects and conditions at once, beside the noise ceiling and each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls
from scipy.special import stdtr

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..points import IntArray
from ..uncertainty import Spread
from ._rdm import condensed, conditions, pair_places
from ._rdm_compare import COMPARATORS, compared, side_of
from ._rdm_measured import rsa_noise_ceiling
from ._sim_rsa import Compare

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
NAME = "rsa_models"
LEAST = 4


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """How well models do, and whether they differ."""

    models: Mapping[str, Estimate]
    """Name -> mean comparison with the subjects' matrices, its error over subjects and conditions, p of being above 0."""
    ceiling: tuple[float, float]
    """What the true model could reach, low and high."""
    differences: Mapping[tuple[str, str], Estimate]
    """(one, other) -> difference of the two, its error and its two-sided p."""
    weights: Mapping[str, FloatArray] = field(default_factory=dict)
    """Of weighted models, fitted to all data."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each model: value, stderr, p_value, whether the low ceiling is told from it."""
        import pandas as pd

        low, high = self.ceiling
        rows = [
            {
                "model": name,
                "value": e.value,
                "stderr": e.stderr,
                "p_value": e.p_value,
                "ceiling_low": low,
                "ceiling_high": high,
            }
            for name, e in self.models.items()
        ]
        return pd.DataFrame(rows)


@within_memory
def rsa_models(
    rdms: Any,
    models: Mapping[str, Any],
    *,
    compare: Compare = "pearson",
    over: Literal["both", "subjects", "conditions"] = "both",
    draws: int = 1000,
    folds: int = 4,
    rng: int | np.random.Generator = 0,
) -> ModelComparison:
    """Compare models with the measured matrices of several subjects, for new subjects and new conditions.

    Parameters
    ----------
    rdms : (s, n, n) or (s, n (n - 1) / 2) array
        Measured matrices of s >= 2 subjects over n >= 4 conditions, NaN nowhere.
    models : mapping of name -> matrix, or a list of matrices
        A matrix is a fixed model; a list of them a weighted one, whose weights (not negative) are fitted by least squares on
        the other folds of the conditions, never on those that it is judged on.
    compare : str
        As in :func:`sim_rsa`.
    over : {"both", "subjects", "conditions"}
        What is drawn anew: both, with the variance 2 (v_subjects + v_conditions) - v_both, which counts each once [1]_.
    draws : int
        Bootstrap draws of each kind.
    folds : int
        Parts of the conditions for weighted models.
    rng : int or numpy Generator
        For draws and folds.

    Returns
    -------
    ModelComparison
        .models, .differences and .ceiling; a pair of a condition with itself, drawn twice, is left out.

    Raises
    ------
    InputError
        If there are fewer than 2 subjects or 4 conditions, no model, or matrices of unequal size.

    References
    ----------
    .. [1] Schuett, Kipnis, Diedrichsen, Kriegeskorte (2023). Statistical inference on representational geometries. eLife 12.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> truth, other = rng.normal(size=(2, 12, 5))
    >>> subjects = [rs.rdm(truth + 0.5 * rng.normal(size=truth.shape)) for _ in range(6)]
    >>> found = rs.rsa_models(subjects, {"truth": rs.rdm(truth), "other": rs.rdm(other)}, draws=200)
    >>> found.models["truth"].value > 0.6, found.differences["truth", "other"].p_value < 0.05
    (True, True)
    """
    _check.choice(compare, "compare", NAME, COMPARATORS)
    _check.choice(over, "over", NAME, ("both", "subjects", "conditions"))
    _check.integer(draws, "draws", NAME, low=10)
    data, held = _checked(rdms, models)
    n = conditions(data.shape[1])
    _check.integer(folds, "folds", NAME, low=2, high=n // 2, why="two conditions in each")
    source = _random.generator(rng, NAME)
    parts = np.array_split(source.permutation(n), folds)
    predicted = np.stack([_predicted(model, data, parts) for model in held.values()])
    scores = _scores(predicted, data, np.arange(data.shape[0]), np.arange(n), compare)
    drawn = {
        kind: np.array(
            [_scores(predicted, data, *_draw(kind, data.shape[0], n, source), compare) for _ in range(draws)]
        )
        for kind in (("subjects", "conditions", "both") if over == "both" else (over,))
    }
    free = (data.shape[0] if over == "subjects" else n if over == "conditions" else min(n, data.shape[0])) - 1
    names = list(held)
    options = {"compare": compare, "over": over, "draws": draws, "conditions": n}
    found = {
        name: _judged(scores, drawn, _one(i, len(names)), free, options, two=False) for i, name in enumerate(names)
    }
    between = {
        (names[i], names[j]): _judged(scores, drawn, _one(i, len(names)) - _one(j, len(names)), free, options, two=True)
        for i, j in itertools.combinations(range(len(names)), 2)
    }
    weights = {name: _weights(model, data) for name, model in held.items() if model.ndim == 2}
    return ModelComparison(found, rsa_noise_ceiling(data, compare=compare), between, weights)


def _checked(rdms: Any, models: Mapping[str, Any]) -> tuple[FloatArray, dict[str, FloatArray]]:
    vectors = [condensed(one, f"matrix {place}", NAME) for place, one in enumerate(rdms)]
    sizes = {vector.size for vector in vectors}
    if len(vectors) < 2 or len(sizes) > 1 or conditions(min(sizes)) < LEAST:
        raise InputError(
            f"rdms of {NAME} must hold matrices of at least 2 subjects over the same {LEAST} or more conditions. Got "
            f"{len(vectors)} with {', '.join(str(vector.size) for vector in vectors)} pairs."
        )
    if not isinstance(models, Mapping) or not models:
        raise InputError(
            f"models of {NAME} must be a mapping such as {{'edges': matrix}} with at least one. Got {models!r}."
        )
    size = sizes.pop()
    held: dict[str, FloatArray] = {}
    for name, model in models.items():
        several = (
            isinstance(model, Sequence)
            and len(model) > 0
            and np.ndim(model[0]) >= 1
            and not isinstance(model, np.ndarray)
        )
        found = np.stack([condensed(one, name, NAME) for one in model]) if several else condensed(model, name, NAME)
        if found.shape[-1] != size:
            raise InputError(
                f"model {name!r} of {NAME} must be of the {conditions(size)} conditions. Got {found.shape[-1]} pairs."
            )
        held[name] = found
    return np.stack(vectors), held


def _weights(model: FloatArray, data: FloatArray) -> FloatArray:
    """Return weights of at least 0 that bring the model nearest to the mean of the scaled matrices."""
    target = (data / np.linalg.norm(data, axis=1, keepdims=True)).mean(axis=0)
    found: FloatArray = nnls(model.T, target)[0]
    return found


def _predicted(model: FloatArray, data: FloatArray, parts: Sequence[IntArray]) -> FloatArray:
    """Return the model's matrix; of a weighted one each pair is predicted by weights that never saw its conditions' fold."""
    if model.ndim == 1:
        return model
    n = conditions(data.shape[1])
    fold = np.empty(n, dtype=np.int64)
    for place, part in enumerate(parts):
        fold[part] = place
    first, second = np.triu_indices(n, 1)
    out = np.empty(data.shape[1])
    for one, other in itertools.combinations_with_replacement(range(len(parts)), 2):
        learned = ~np.isin(fold[first], (one, other)) & ~np.isin(fold[second], (one, other))
        asked = (np.minimum(fold[first], fold[second]) == one) & (np.maximum(fold[first], fold[second]) == other)
        if not asked.any():
            continue
        if learned.sum() < len(model):  # of two folds nothing is left: then the other pairs of the two teach
            learned = ~asked
        out[asked] = _weights(model[:, learned], data[:, learned]) @ model[:, asked]
    return out


def _draw(kind: str, subjects: int, n: int, source: np.random.Generator) -> tuple[IntArray, IntArray]:
    who = np.arange(subjects) if kind == "conditions" else source.integers(subjects, size=subjects)
    rows = np.arange(n)
    while kind != "subjects":
        rows = np.sort(source.integers(n, size=n))
        if np.unique(rows).size >= LEAST:
            break
    return who, rows


def _scores(
    models: FloatArray, data: FloatArray, who: IntArray, rows: IntArray, compare: str
) -> FloatArray:  # house: what is compared over whom
    """Return the mean comparison of each model with the chosen subjects over the chosen conditions."""
    places = pair_places(rows, conditions(data.shape[1]))
    kept = places[places >= 0]
    own = [side_of(data[s][kept], compare, name="a subject", function=NAME, n=rows.size) for s in np.unique(who)]
    times = np.unique(who, return_counts=True)[1]
    found = []
    for model in models:
        side = side_of(model[kept], compare, name="a model", function=NAME, n=rows.size)
        found.append(np.average([compared(side, one) for one in own], weights=times))
    return np.array(found)


def _one(place: int, count: int) -> FloatArray:
    contrast = np.zeros(count)
    contrast[place] = 1.0
    return contrast


def _judged(  # house: values, their draws, and which contrast of them
    scores: FloatArray,
    drawn: Mapping[str, FloatArray],
    contrast: FloatArray,
    free: int,
    options: Mapping[str, Any],
    *,
    two: bool,
) -> Estimate:
    variances = {kind: float(np.var(values @ contrast, ddof=1)) for kind, values in drawn.items()}
    variance = sum(variances.values())
    if len(variances) == 3:
        variance = 2 * (variances["subjects"] + variances["conditions"]) - variances["both"]
        # never below either source alone, and never above drawing both
        variance = min(max(variance, variances["subjects"], variances["conditions"]), variances["both"])
    value, stderr = float(scores @ contrast), math.sqrt(max(variance, 0.0))
    t = value / stderr if stderr > 0 else math.copysign(math.inf, value) if value else 0.0
    p = 2 * float(stdtr(free, -abs(t))) if two else float(stdtr(free, -t))
    return Estimate(
        value=value,
        n=int(options["conditions"]),
        stderr=stderr,
        interval=Spread.of(value, stderr, free).interval,
        p_value=p,
        options={
            **options,
            "error": f"bootstrap over {'subjects and conditions' if len(drawn) == 3 else options['over']}",
        },
    )
