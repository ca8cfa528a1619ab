"""Models of measured dissimilarities, judged over subjects and conditions at once, beside the noise ceiling and each other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from ._rdm import condensed, conditions
from ._rdm_compare import COMPARATORS
from ._rsa_boot import KINDS, LEAST, Judges, draw_again, variance_of
from ._sim_rsa import Compare

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
NAME = "rsa_models"
UNCENTRED = ("cosine", "whitened_cosine")


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """How well models do, and whether they differ.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.normal(size=(10, 4))
    >>> subjects = np.stack([rs.rdm(truth + 0.5 * rng.normal(size=(10, 4)), metric="euclidean") for _ in range(5)])
    >>> models = {"truth": rs.rdm(truth, metric="euclidean"), "other": rs.rdm(rng.normal(size=(10, 4)), metric="euclidean")}
    >>> sorted(rs.rsa_models(subjects, models).models)
    ['other', 'truth']
    """

    models: Mapping[str, Estimate]
    """Name -> mean comparison with the subjects' matrices, its error over subjects and conditions, p of being above 0; details:
    "below_ceiling", how far it is below the low ceiling, and "p_ceiling", whether it is told from it."""
    ceiling: tuple[float, float]
    """What the true model could reach, low and high."""
    differences: Mapping[tuple[str, str], Estimate]
    """(one, other) -> difference of the two, its error and its two-sided p."""
    weights: Mapping[str, FloatArray] = field(default_factory=dict)
    """Of weighted models, fitted to all data."""

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each model: value, stderr, p_value, the ceilings, and p of equalling the low one."""
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
                "p_ceiling": e.details["p_ceiling"],
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
        the other folds of the conditions, never on those that it is judged on; less their means where `compare` takes means
        off. Ranks and whitening play no part in the fit.
    compare : str
        As in :func:`sim_rsa`.
    over : {"both", "subjects", "conditions"}
        What is drawn anew: both, with the variance of either alone and of their product, each counted once and brought from n
        to n - 1 [1]_.
    draws : int
        Bootstrap draws; of both, the same are used alone and together.
    folds : int
        Parts of the conditions for weighted models.
    rng : int or numpy Generator
        For draws and folds.

    Returns
    -------
    ModelComparison
        .models, .differences, .ceiling and .weights; a pair of a condition with itself, drawn twice, is left out.

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
    _check.choice(over, "over", NAME, tuple(KINDS))
    _check.integer(draws, "draws", NAME, low=10)
    data, held = _checked(rdms, models)
    n = conditions(data.shape[1])
    _check.integer(folds, "folds", NAME, low=2, high=n // 2, why="two conditions in each")
    source = _random.generator(rng, NAME)
    parts = np.array_split(source.permutation(n), folds)
    predicted = np.stack([_predicted(model, data, parts, compare) for model in held.values()])
    scores = Judges.of(data, np.arange(n), compare=compare, function=NAME).scores(predicted, np.arange(data.shape[0]))
    drawn = draw_again(predicted, data, over=over, draws=draws, compare=compare, source=source, function=NAME)
    judge = _Judge(scores, drawn, data.shape[0], n, {"compare": compare, "over": over, "draws": draws})
    names = list(held)
    found = {name: judge.model(place) for place, name in enumerate(names)}
    between = {
        (names[i], names[j]): judge.contrast(judge.one(i) - judge.one(j), two=True)
        for i, j in itertools.combinations(range(len(names)), 2)
    }
    weights = {name: _weights(model, data, compare) for name, model in held.items() if model.ndim == 2}
    return ModelComparison(found, (float(scores[-2]), float(scores[-1])), between, weights)


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    """Scores, ceilings, and what they are when data are drawn anew."""

    scores: FloatArray
    """(models + 2,)"""
    drawn: Mapping[str, FloatArray]
    subjects: int
    n: int
    options: Mapping[str, Any]

    def one(self, place: int) -> FloatArray:
        """Return the contrast that is a single score."""
        contrast = np.zeros(self.scores.size)
        contrast[place] = 1.0
        return contrast

    def model(self, place: int) -> Estimate:
        """Judge a model, against 0 and against the low ceiling."""
        below = self.contrast(self.one(self.scores.size - 2) - self.one(place), two=True)
        found = self.contrast(self.one(place), two=False)
        return replace(found, details={"below_ceiling": below.value, "p_ceiling": below.p_value})

    def contrast(self, contrast: FloatArray, *, two: bool) -> Estimate:
        """Judge a contrast of scores by a t-test, of two sides or of being above 0."""
        over = self.options["over"]
        free = {"subjects": self.subjects, "conditions": self.n}.get(over, min(self.subjects, self.n)) - 1
        variance = variance_of(self.drawn, contrast, subjects=self.subjects, n=self.n)
        value, stderr = float(self.scores @ contrast), math.sqrt(max(variance, 0.0))
        t = value / stderr if stderr > 0 else math.copysign(math.inf, value) if value else 0.0
        source = "subjects and conditions" if over == "both" else over
        return Estimate(
            value=value,
            n=self.n,
            stderr=stderr,
            interval=Spread.of(value, stderr, free).interval,
            p_value=2 * float(stdtr(free, -abs(t))) if two else float(stdtr(free, -t)),
            options={**self.options, "conditions": self.n, "error": f"bootstrap over {source}"},
        )


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


def _weights(model: FloatArray, data: FloatArray, compare: str) -> FloatArray:
    """Return weights of at least 0 that bring the model nearest to the mean of the scaled matrices.

    Where the comparator takes means off, they are taken off here; ranks and whitening are left to the judging.
    """
    if compare in UNCENTRED:
        target = (data / np.linalg.norm(data, axis=1, keepdims=True)).mean(axis=0)
    else:
        model = model - model.mean(axis=1, keepdims=True)
        away = data - data.mean(axis=1, keepdims=True)
        target = (away / np.linalg.norm(away, axis=1, keepdims=True)).mean(axis=0)
    found: FloatArray = nnls(model.T, target)[0]
    return found


def _predicted(model: FloatArray, data: FloatArray, parts: Sequence[IntArray], compare: str) -> FloatArray:
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
        out[asked] = _weights(model[:, learned], data[:, learned], compare) @ model[:, asked]
    return out
