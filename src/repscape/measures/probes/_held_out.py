"""From what probes said about held-out rows to a value, its error over folds, and everything that stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from .._result import Estimate, normal_interval
from ..uncertainty import Spread, by_group, influence_stderr, replicates_of_influence, within_bounds
from ._targets import Target

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
METRICS = ("accuracy", "balanced_accuracy", "macro_f1", "auc", "log_loss")
BOUNDS = dict.fromkeys(("accuracy", "balanced_accuracy", "macro_f1", "auc"), (0.0, 1.0))
LEAST = 1e-15  # probabilities below this cost as much as this


def metrics() -> Any:
    """Return scikit-learn's module, which takes seconds to import and is read by probes of classes alone."""
    import sklearn.metrics

    return sklearn.metrics


@dataclass(frozen=True, slots=True)
class Held:
    """What one fold's probe said about the rows it had not seen."""

    rows: IntArray
    """(m,) their numbers."""
    said: FloatArray
    """(m, classes) probabilities, (m, q) probabilities of yes, or (m,) predicted values."""
    train: IntArray
    """Rows that it learned from."""


def check_metric(metric: str | None, target: Target, function: str) -> str:
    """Return the metric that the value is in."""
    allowed = ("r2",) if target.kind == "values" else METRICS
    return allowed[0] if metric is None else str(_check.choice(metric, "metric", function, allowed))


def probe_estimate(  # house: what there is to say about a probe
    target: Target,
    held: Sequence[Held],
    *,
    metric: str,
    options: Mapping[str, Any],
    details: Mapping[str, Any],
    groups: Any = None,
) -> Estimate:
    """Summarise the folds: the mean, and its error after Nadeau and Bengio; `groups` (n,) come and go as wholes."""
    by_fold = [scores(target, fold) for fold in held]
    values = np.array([entry[metric] for entry in by_fold])
    per_point = np.full(target.n, np.nan)
    for fold in held:
        per_point[fold.rows] = correctness(target, fold)
    value = float(values.mean())
    together = None if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    rows = _rows_influence(target, held, per_point, metric)
    by_row = math.nan if rows is None else influence_stderr(rows, together)
    stderr, interval, how = _error(value, values, by_row, metric)
    majority = [_majority(target, fold) for fold in held]
    return Estimate(
        value=value,
        n=sum(fold.rows.size for fold in held),
        stderr=stderr,
        interval=interval,
        per_point=per_point,
        chance=_chance(target, held, metric),
        options={"task": target.kind, "metric": metric, **options, "error": how},
        details={
            **{name: float(np.mean([entry[name] for entry in by_fold])) for name in by_fold[0]},
            "by_fold": values,
            **({} if rows is None else {"stderr_paired": by_row}),
            **({} if target.kind == "values" else {"majority": float(np.mean(majority))}),
            **(_classes(target, held) if target.kind == "classes" else {}),
            **details,
        },
        replicates=None if rows is None or stderr is None else replicates_of_influence(by_group(rows, together)),
    )


def _rows_influence(target: Target, held: Sequence[Held], per_point: FloatArray, metric: str) -> FloatArray | None:
    """Return what each row adds to the value (n,), 0 where it was not asked; None for a metric that is no mean over rows.

    Two layers are compared row by row on these: of the same rows, with folds cut in the same way, their errors go together.
    """
    said = np.full(target.n, np.nan)
    if metric == "log_loss":
        for fold in held:
            said[fold.rows] = losses(target, fold)
    elif metric in ("accuracy", "r2"):
        said = per_point
    elif metric == "balanced_accuracy" and target.kind == "classes":
        shares = np.bincount(target.truth) / target.n
        said = per_point / (shares.size * shares[target.truth])
    else:
        return None
    asked = ~np.isnan(said)
    if asked.sum() < 2:
        return None
    weight = target.n / asked.sum()
    return np.where(asked, weight * (said - said[asked].mean()), 0.0)


def _classes(target: Target, held: Sequence[Held]) -> dict[str, Array]:
    predicted, margin = np.full(target.n, -1), np.full(target.n, np.nan)
    for fold in held:
        predicted[fold.rows] = fold.said.argmax(axis=1)
        margin[fold.rows] = _margin(target.truth[fold.rows], fold.said)
    asked = predicted >= 0
    return {
        "classes": np.array([str(name) for name in target.classes]),
        "predicted": predicted,
        "margin": margin,
        "confusion": metrics().confusion_matrix(
            target.truth[asked], predicted[asked], labels=np.arange(target.classes.size)
        ),
    }


def _margin(truth: IntArray, said: FloatArray) -> FloatArray:
    """(m,) probability of the true class minus that of the likeliest other one, in [-1, 1]."""
    rows = np.arange(truth.size)
    others = said.copy()
    others[rows, truth] = -np.inf
    found: FloatArray = said[rows, truth] - others.max(axis=1)
    return found


def correctness(target: Target, fold: Held) -> FloatArray:
    """(m,) 1 where right and 0 where wrong; the share of right answers; or what each value adds to R^2."""
    truth = target.truth[fold.rows]
    if target.kind == "classes":
        hits: FloatArray = (fold.said.argmax(axis=1) == truth).astype(np.float64)
        return hits
    if target.kind == "multilabel":
        right: FloatArray = ((fold.said > 0.5) == truth).mean(axis=1)
        return right
    away = truth - target.truth[fold.train].mean()
    return 1 - (truth - fold.said) ** 2 / np.mean(away**2)  # type: ignore[no-any-return]


def scores(target: Target, fold: Held) -> dict[str, float]:
    """Every metric on one fold; NaN where the held-out rows do not hold all classes and the metric needs them."""
    right = float(correctness(target, fold).mean())
    if target.kind == "values":
        return {"r2": right}
    truth = target.truth[fold.rows]
    if target.kind == "multilabel":
        guessed = fold.said > 0.5
        columns = range(target.truth.shape[1])
        return {
            "accuracy": right,
            "balanced_accuracy": float(np.mean([_balanced(truth[:, j], guessed[:, j]) for j in columns])),
            "macro_f1": float(metrics().f1_score(truth, guessed, average="macro", zero_division=0)),
            "auc": float(np.mean([_auc(truth[:, j], fold.said[:, j]) for j in columns])),
            "log_loss": float(losses(target, fold).mean()),
        }
    guessed = fold.said.argmax(axis=1)
    return {
        "accuracy": right,
        "balanced_accuracy": _balanced(truth, guessed),
        "macro_f1": float(metrics().f1_score(truth, guessed, average="macro", zero_division=0)),
        "auc": _auc_of_classes(truth, fold.said),
        "log_loss": float(losses(target, fold).mean()),
    }


def mean_score(target: Target, held: Sequence[Held], metric: str) -> float:
    """Mean over the folds of one metric."""
    return float(np.mean([scores(target, fold)[metric] for fold in held]))


def losses(target: Target, fold: Held) -> FloatArray:
    """(m,) minus the logarithm of the probability given to the truth, in nats; the mean over the answers where several."""
    truth = target.truth[fold.rows]
    if target.kind == "multilabel":
        given = np.where(truth == 1, fold.said, 1 - fold.said)
        return -np.log(np.maximum(given, LEAST)).mean(axis=1)  # type: ignore[no-any-return]
    return -np.log(np.maximum(fold.said[np.arange(truth.size), truth], LEAST))


def _balanced(truth: Array, guessed: Array) -> float:
    return float(np.mean([(guessed[truth == c] == c).mean() for c in np.unique(truth)]))


def _auc(truth: Array, said: Array) -> float:
    return float(metrics().roc_auc_score(truth, said)) if 0 < truth.mean() < 1 else math.nan


def _auc_of_classes(truth: IntArray, said: FloatArray) -> float:
    """One class against the others, averaged over the classes."""
    if said.shape[1] == 2:
        return _auc(truth, said[:, 1])
    return float(np.mean([_auc((truth == c).astype(np.int64), said[:, c]) for c in range(said.shape[1])]))


def _error(
    value: float, values: FloatArray, by_row: float, metric: str
) -> tuple[float | None, tuple[float, float] | None, str | None]:
    """Error over folds, whose training sets overlap [Nadeau and Bengio 2003]; over rows where there is one split.

    Folds may agree to the last digit, as those of a probe that always says the same where classes are dealt out evenly. An
    accuracy then still rests on the rows that were asked, and their error is the least there is.
    """
    folds = values.size
    low, high = BOUNDS.get(metric, (-math.inf, math.inf))
    if folds > 1:
        stderr = float(values.std(ddof=1)) * math.sqrt(1 / folds + 1 / (folds - 1))
        if metric == "accuracy" and by_row > stderr:
            return (
                by_row,
                within_bounds(value, normal_interval(value, by_row), low=low, high=high),
                "over held-out rows",
            )
        spread = Spread.of(value, stderr, folds - 1)
        return stderr, within_bounds(value, spread.interval, low=low, high=high), "Nadeau-Bengio over folds"
    if math.isnan(by_row):
        return None, None, None
    return by_row, within_bounds(value, normal_interval(value, by_row), low=low, high=high), "naive over test rows"


def _majority(target: Target, fold: Held) -> float:
    """Accuracy of the most frequent label of the training rows."""
    if target.kind == "values":
        return math.nan
    train, test = target.truth[fold.train], target.truth[fold.rows]
    if target.kind == "multilabel":
        return float(((train.mean(axis=0) > 0.5) == test).mean())
    return float((test == np.bincount(train).argmax()).mean())


def _chance(target: Target, held: Sequence[Held], metric: str) -> float:
    """What a probe that sees no features gives."""
    if metric in ("accuracy", "r2"):
        return 0.0 if metric == "r2" else float(np.mean([_majority(target, fold) for fold in held]))
    if metric in ("auc", "balanced_accuracy") and target.kind == "multilabel":
        return 0.5
    return mean_score(target, [Held(fold.rows, _blind(target, fold), fold.train) for fold in held], metric)


def _blind(target: Target, fold: Held) -> FloatArray:
    """Say the shares of the training rows, whatever the features."""
    train = target.truth[fold.train]
    share = (
        train.mean(axis=0)
        if target.kind == "multilabel"
        else np.bincount(train, minlength=target.classes.size) / train.size
    )
    return np.tile(share, (fold.rows.size, 1))
