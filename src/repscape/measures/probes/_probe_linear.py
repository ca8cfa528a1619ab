"""Linear probe: what a linear readout of a representation tells about labels of examples it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ... import _check
from ...machine import within_memory
from .._result import Estimate
from ._control import control_task, with_control, with_null
from ._design import design
from ._folds import Cut, make_folds
from ._held_out import check_metric, mean_score, probe_estimate
from ._linear import PENALTIES, Linear, Regression, ask, check_penalties, linear_probes, memorised
from ._targets import Target, read_target

NAME = "probe_linear"


@within_memory
def probe_linear(
    X: Any,
    labels: Any,
    *,
    task: Literal["auto", "classes", "values"] = "auto",
    metric: str | None = None,
    penalties: float | Sequence[float] = PENALTIES,
    folds: int = 5,
    shuffle: bool = True,
    groups: Any = None,
    split: Any = None,
    control: bool = False,
    identity: Any = None,
    permutations: int = 0,
    tol: float = 1e-5,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    """Held-out accuracy of logistic regression, or R^2 of ridge regression, its penalty chosen inside the training rows.

    Features are standardised with the mean and spread of the training rows. For each fold the penalty of least log-loss
    (squared error) over the other folds is taken, then the probe is fitted to all rows but the fold's.

    Parameters
    ----------
    X : (n, d) array
        Points; an array, a memory-map or a stored layer, which is read by blocks where it does not fit. float32 rows are
        computed with in float32, float64 rows in float64.
    labels : (n,) array, or (n, q) array of 0 and 1
        Class or value of each example; or q yes-or-no answers, each with a probe of its own and one penalty for all.
    task : {"auto", "classes", "values"}
        "auto": floats, some of which are no whole numbers, are values; all else are classes.
    metric : str, optional
        What the value is: "accuracy" (default), "balanced_accuracy", "macro_f1", "auc" (one against the rest) or "log_loss"
        (nats); "r2" for values.
    penalties : float or sequence of floats
        Multiples of half the squared weights that are added to the summed loss: scikit-learn's 1/C of LogisticRegression, alpha
        of Ridge. One number: nothing is chosen. Of several the stronger half is always tried, weaker ones until the validation
        loss has risen in each of three or more validations, or twice in a row.
    folds : int
        Folds, stratified by class: those of StratifiedKFold(folds, shuffle=True, random_state=rng), with `groups` those of
        StratifiedGroupKFold; KFold and GroupKFold for values and several answers.
    shuffle : bool
        False: folds as they come from unshuffled rows.
    groups : (n,) array, optional
        Families, authors ...: a group is never on both sides.
    split : (n,) array, optional
        "train", "dev" and "test" instead of folds. The penalty is chosen on dev, the probe learns from train alone and is asked
        about test. Without dev rows the penalty is chosen by folds of the training rows.
    control : bool
        Also learn a control task: a random class for each `identity`, drawn from the labels.
    identity : (n,) array, optional
        What repeats, such as the word type of each token. Where fewer than half of the held-out rows have an identity that is
        among the training rows, selectivity means nothing; what is memorised is told instead.
    permutations : int
        Shuffles of the labels, for p_value; each costs as much as the probe. Labels that are constant in groups are shuffled
        among groups.
    tol : float
        Largest entry of the gradient of the mean loss at which a fit is done.
    rng : int or numpy Generator
        For folds, the control task and shuffles. The folds depend on labels, groups and rng alone, so that every layer is asked
        about the same rows.

    Returns
    -------
    Estimate
        value, the mean over the folds of the metric; stderr and interval by Nadeau and Bengio [1]_ (naive over the test rows
        with `split`). per_point (n,): 1 where right, 0 where wrong, NaN where not asked; for several answers the share of
        right ones; for values what each adds to R^2, which is 1 - (squared error) / (squared distance from the training
        mean). chance: accuracy of the most frequent training label; for other metrics, of a probe that says the training
        shares. details: every metric; "by_fold" (K,); "penalty" (K,) chosen; "dev_by_fold" (K,), the validation loss it was
        chosen by; "majority"; for classes "classes", "predicted" (n,), the place among the classes or -1, "margin" (n,),
        probability of the true class minus that of the likeliest other one, and "confusion" (true, predicted). With
        `control`: "control", its held-out accuracy; "selectivity", the accuracy minus that [2]_;
        "seen", the share of held-out rows whose identity is among the training rows; "memorisation", the accuracy of
        the control task on training rows; where selectivity means nothing only the last two. With `permutations`:
        "shuffled", the mean under shuffles.

    Raises
    ------
    InputError
        If there is one class only, a class has fewer members than folds, labels are missing, a training set is left without
        a class, or a penalty is not above 0.

    References
    ----------
    .. [1] Nadeau, Bengio (2003). Inference for the generalization error. Machine Learning 52.
    .. [2] Hewitt, Liang (2019). Designing and interpreting probes with control tasks. EMNLP.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.concatenate([np.zeros(50), np.full(50, 4.0)])[:, None] + np.random.default_rng(0).normal(size=(100, 3))
    >>> found = rs.probe_linear(X, np.repeat(["cat", "dog"], 50))
    >>> found.value, found.chance, found.details["confusion"].tolist()
    (1.0, 0.5, [[50, 0], [0, 50]])
    """
    n = len(X)
    target = read_target(labels, task=task, n=n, function=NAME)
    metric = check_metric(metric, target, NAME)
    path = check_penalties(penalties, NAME)
    _check.integer(permutations, "permutations", NAME, low=0)
    if isinstance(rng, np.random.Generator):
        rng = int(rng.integers(2**31))
    cut = Cut(folds, shuffle, groups, split, rng)
    parts = make_folds(target, cut, NAME)
    rows = design(X, parts.part, parts=parts.parts, function=NAME)

    def probes(task: Target) -> Linear:
        return linear_probes(Regression.of(rows, task, function=NAME, tol=tol), task, parts, penalties=path)

    found = probes(target)
    result = probe_estimate(
        target,
        found.held,
        metric=metric,
        options={
            **cut.options(),
            "penalties": path.tolist(),
            "tol": tol,
            "control": control,
            "identity": identity is not None,
        },
        groups=groups,
        details={"penalty": found.penalty, "dev_by_fold": found.dev},
    )
    if control:
        random = control_task(target, parts, identity=identity, rng=rng, function=NAME)
        regression = Regression.of(rows, random.target, function=NAME, tol=tol)
        other = ask(regression, random.target, parts, penalty=found.penalty)
        learnt = memorised(regression, random.target, parts, linear=other)
        result = with_control(result, random, held=other.held, memorisation=learnt)
    if not permutations:
        return result
    return with_null(
        result, target, lambda task: mean_score(task, probes(task).held, metric), permutations, groups=groups, rng=rng
    )
