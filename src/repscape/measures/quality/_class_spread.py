"""Class means and what is left within classes: what the measures of neural collapse share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import svd

from ... import _check
from ...errors import DegenerateDataError, InputError
from ._spectra import SAME

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ZERO = 1e-10


@dataclass(frozen=True, slots=True)
class ClassSpread:
    """Points of C classes about their means."""

    points: FloatArray
    """(n, d), the mean of the class means taken off."""
    code: IntArray
    """(n,) 0 to C - 1."""
    counts: IntArray
    """(C,)."""
    means: FloatArray
    """(C, d), about their own mean."""

    @classmethod
    def of(cls, points: FloatArray, code: IntArray) -> ClassSpread:
        """Find the means."""
        counts = np.bincount(code)
        sums = np.zeros((counts.size, points.shape[1]))
        np.add.at(sums, code, points)
        means = sums / counts[:, None]
        middle = means.mean(axis=0)
        return cls(points - middle, code, counts, means - middle)

    def nc1(self) -> float:
        """Return tr(S_W pinv(S_B)) / C."""
        _, lengths, axes = svd(self.means, full_matrices=False, check_finite=False)
        kept = lengths[: min(self.counts.size - 1, self.means.shape[1])]
        kept = kept[kept > ZERO * kept[0]]
        inside = (self.points - self.means[self.code]) @ axes[: kept.size].T
        return float(((inside**2).mean(axis=0) / kept**2).sum())

    def variances(self) -> FloatArray:
        """Return (C,) mean squared distance of the points of a class from its mean."""
        squares = ((self.points - self.means[self.code]) ** 2).sum(axis=1)
        found: FloatArray = np.bincount(self.code, weights=squares) / self.counts
        return found


def classes_of(X: Any, labels: Any, function: str, *, least: int = 2) -> tuple[ClassSpread, npt.NDArray[Any]]:
    """Check points and labels; refuse fewer than two classes, classes of too few points, and means that are all the same."""
    points = _check.points(X, "X", function).astype(np.float64)
    names, code = _check.codes(labels, "labels", function, n=points.shape[0])
    if names.size < 2:
        raise InputError(f"labels of {function} must hold at least 2 classes. Got only {_check.shown(names[0])}.")
    counts = np.bincount(code)
    if counts.min() < least:
        few = int(counts.argmin())
        raise InputError(
            f"labels of {function} must hold at least {least} points of every class. Got {counts[few]} of "
            f"{_check.shown(names[few])}."
        )
    scale = float(np.abs(points).max()) or 1.0
    found = ClassSpread.of(points / scale, code)
    if np.abs(found.means).max() <= SAME:
        raise DegenerateDataError(f"X of {function} must have class means that differ. All {names.size} are identical.")
    return found, names
