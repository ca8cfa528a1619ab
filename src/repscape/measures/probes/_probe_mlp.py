"""MLP probe: what a small network reads from a representation, set beside what it can memorise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ... import _check
from ...errors import needs_extra
from ...graph import read_points
from ...machine import single_threaded_torch, within_memory
from .._result import Estimate
from ._control import control_task, with_control
from ._folds import Cut, Folds, make_folds
from ._held_out import Held, check_metric, correctness, probe_estimate
from ._targets import Target, read_target

if TYPE_CHECKING:
    from ._mlp_torch import Settings, Trained

NAME = "probe_mlp"


@within_memory
def probe_mlp(
    X: Any,
    labels: Any,
    *,
    width: int = 100,
    depth: int = 1,
    epochs: int = 100,
    patience: int = 5,
    batch: int = 64,
    rate: float = 1e-3,
    task: Literal["auto", "classes", "values"] = "auto",
    metric: str | None = None,
    folds: int = 5,
    shuffle: bool = True,
    groups: Any = None,
    split: Any = None,
    control: bool = False,
    identity: Any = None,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Held-out accuracy (R^2 for values) of a network with hidden layers: Linear, ReLU, Linear, cross-entropy, Adam.

    For each fold the network learns from the training rows but one other fold, on which its loss is watched: the epoch of
    least loss is kept (early stopping). With `split` these are the train and the dev rows. Features are standardised by the
    rows that are learned from. The networks of all folds are trained together.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels, task, metric, folds, shuffle, groups, split, control, identity
        As for :func:`probe_linear`, so that both are asked about the same rows.
    width : int
        Units of a hidden layer.
    depth : int
        Hidden layers.
    epochs : int
        Most passes over the rows.
    patience : int
        Epochs without a smaller validation loss after which training stops.
    batch : int
        Rows of a step.
    rate : float
        Learning rate of Adam.
    rng : int or numpy Generator
        For folds, first weights, orders of rows and the control task.

    Returns
    -------
    Estimate
        As for :func:`probe_linear`. details: every metric, "by_fold", "dev_by_fold" (K,), least validation loss, "epochs" (K,),
        where it was reached, "majority", "classes", "predicted", "margin", "confusion"; with `control` "seen",
        "memorisation", accuracy of the control task on the rows that were learned from, and where it means something
        "control" and "selectivity".

    Raises
    ------
    InputError
        As :func:`probe_linear`.
    MissingExtraError
        If torch is not installed.

    References
    ----------
    .. [1] Hewitt, Liang (2019). Designing and interpreting probes with control tasks. EMNLP.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(400, 2))
    >>> y = X[:, 0] * X[:, 1] > 0  # no line tells these apart
    >>> rs.probe_mlp(X, y, rate=0.01).value > 0.9, rs.probe_linear(X, y).value < 0.7
    (True, True)
    """
    sizes = {"width": width, "depth": depth, "epochs": epochs, "patience": patience, "batch": batch}
    for name, size in sizes.items():
        _check.integer(size, name, NAME, low=1)
    _check.number(rate, "rate", NAME, low=0, open_ends="l")
    points = np.asarray(read_points(X, "X", NAME).source)
    target = read_target(labels, task=task, n=len(points), function=NAME)
    metric = check_metric(metric, target, NAME)
    seed = int(rng.integers(2**31)) if isinstance(rng, np.random.Generator) else rng
    cut = Cut(folds, shuffle, groups, split, seed)
    parts = make_folds(target, cut, NAME)
    try:
        from ._mlp_torch import Settings
    except ModuleNotFoundError as error:
        raise needs_extra(NAME, "torch", "models") from error
    settings = Settings(width, depth, epochs, patience, batch, rate, seed)
    trained, held = _probes(points, target, parts, settings=settings)
    result = probe_estimate(
        target,
        held,
        metric=metric,
        options={**cut.options(), **sizes, "rate": rate, "control": control, "identity": identity is not None},
        groups=groups,
        details={"dev_by_fold": trained.dev, "epochs": trained.epochs},
    )
    if not control:
        return result
    random = control_task(target, parts, identity=identity, rng=seed, function=NAME)
    other, asked = _probes(points, random.target, parts, settings=settings)
    learnt = [
        correctness(random.target, Held(learn, _said(other, random.target, fold, learn), learn)).mean()
        for fold, (learn, _) in enumerate(_jobs(parts))
    ]
    return with_control(result, random, held=asked, memorisation=float(np.mean(learnt)))


def _jobs(folds: Folds) -> list[tuple[Any, Any]]:
    """Return the rows that each fold's network learns from, and those on which it is watched."""
    return [tuple(folds.rows(parts) for parts in outer.inner[0]) for outer in folds.outers]  # type: ignore[misc]


def _probes(points: Any, target: Target, folds: Folds, *, settings: Settings) -> tuple[Trained, list[Held]]:
    from ._mlp_torch import train

    with single_threaded_torch():
        trained = train(points, target, jobs=_jobs(folds), settings=settings)
    held = []
    for fold, outer in enumerate(folds.outers):
        rows = folds.rows(outer.test)
        held.append(Held(rows, _said(trained, target, fold, rows), folds.rows(outer.train)))
    return trained, held


def _said(trained: Trained, target: Target, fold: int, rows: Any) -> Any:  # house: one fold of one training
    said = trained.networks.said(fold, rows)
    return said[:, 0] * target.truth.std() + target.truth.mean() if target.kind == "values" else said
