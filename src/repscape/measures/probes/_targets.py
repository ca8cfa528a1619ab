"""What a probe is to tell from a representation: one class of several, a number, or several yes-or-no answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import DegenerateDataError, InputError, InputTypeError
from ._links import Link, Sigmoid, Softmax

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Kind = Literal["classes", "values", "multilabel"]
TASKS = ("auto", "classes", "values")


@dataclass(frozen=True, slots=True)
class Target:
    """The labels of n examples, checked."""

    kind: Kind
    """Which of the three."""
    truth: Array
    """(n,) class codes, (n,) float64 values, or (n, q) answers of 0 and 1."""
    classes: Array
    """The distinct labels, sorted; empty for values; the numbers of the columns for several answers."""

    @property
    def n(self) -> int:
        """Examples."""
        return len(self.truth)

    def link(self, dtype: np.dtype[Any]) -> Link:
        """Return how scores become probabilities: two classes are one yes-or-no answer."""
        if self.kind == "multilabel":
            return Sigmoid(self.truth.astype(dtype))
        if self.classes.size == 2:
            return Sigmoid(self.truth[:, None].astype(dtype))
        return Softmax(self.truth, self.classes.size)

    def reordered(self, order: IntArray) -> Target:
        """Give each example the label of another."""
        return replace(self, truth=self.truth[order])


def read_target(labels: Any, *, task: str, n: int, function: str) -> Target:
    """Check labels and see of which kind they are.

    "auto": a table of 0 and 1 is several answers; floats, some of which are no whole numbers, are values; all else are classes.
    """
    _check.choice(task, "task", function, TASKS)
    array = np.asarray(labels)
    if array.ndim == 2 and task != "values":
        return Target("multilabel", _answers(array, n, function), np.arange(array.shape[1]))
    if task == "auto" and array.dtype.kind == "f":
        numbers = _check.column(array, "labels", function, n=n)
        task = "values" if (numbers != np.floor(numbers)).any() else "classes"
    if task == "values":
        return Target("values", _values(labels, n, function), np.empty(0))
    classes, code = _check.codes(labels, "labels", function, n=n)
    if classes.size < 2:
        raise InputError(f"labels of {function} must hold at least 2 classes. Got only {str(classes[0])!r}.")
    if classes.size > n // 2:
        raise InputError(
            f"labels of {function} must be shared by some examples. Got {classes.size} classes for {n} examples; for "
            "continuous values take task='values'."
        )
    return Target("classes", code, classes)


def _answers(array: Array, n: int, function: str) -> Array:
    if array.shape[0] != n:
        raise InputError(f"labels of {function} must have {n} rows, one for each point. Got shape {array.shape}.")
    if array.dtype.kind not in "biuf" or not np.isin(array, (0, 1)).all():
        raise InputError(f"labels of {function} with several columns must hold 0 and 1 only. Got dtype {array.dtype}.")
    same = np.flatnonzero((array == array[0]).all(axis=0))
    if same.size:
        raise InputError(f"labels of {function}: column {same[0]} says the same for every example.")
    return array.astype(np.int64)


def _values(labels: Any, n: int, function: str) -> FloatArray:
    array = _check.column(labels, "labels", function, n=n)
    if array.dtype.kind not in "fiub":
        raise InputTypeError(f"labels of {function} with task='values' must be numbers. Got dtype {array.dtype}.")
    values = array.astype(np.float64)
    if np.ptp(values) == 0:
        raise DegenerateDataError(f"labels of {function} are all {values[0]:g}: there is nothing to predict.")
    return values
