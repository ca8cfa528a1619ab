"""From scores to probabilities and losses: one class of several (softmax), or several yes-or-no answers (sigmoid).

Scores are (fits, outputs, rows), rows last, so that every step runs along contiguous memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Loss(Protocol):
    """What can be said of scores on rows that were held out."""

    @property
    def outputs(self) -> int:
        """Columns of weights."""

    def loss(self, scores: Array, rows: IntArray) -> FloatArray:
        """(F, rows) losses in nats; scores are used up."""

    def probabilities(self, scores: Array) -> Array:
        """Turn scores into probabilities, in place."""


class Link(Loss, Protocol):
    """What the logistic solver asks of a target besides."""

    def shares(self, rows: IntArray) -> FloatArray:
        """(outputs,) how many of the rows are of each class."""

    def intercepts(self, shares: FloatArray) -> FloatArray:
        """Best intercepts of a probe without weights, for (F, outputs) shares of the training rows."""

    def residual(self, scores: Array, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Turn scores into probability minus truth, in place; return (F,) sums of the losses and of the curvatures."""


@dataclass(frozen=True, slots=True)
class Softmax:
    """One class of three or more."""

    code: IntArray
    """(n,) class of each row."""
    outputs: int
    """Classes."""

    def shares(self, rows: IntArray) -> FloatArray:
        """Count the classes."""
        return np.bincount(self.code[rows], minlength=self.outputs).astype(np.float64)

    def intercepts(self, shares: FloatArray) -> FloatArray:
        """Logarithms of the shares; a class that no training row has is out of the question."""
        logs = np.log(np.where(shares > 0, shares, 1.0))
        logs -= logs.mean(axis=1, keepdims=True)
        return np.where(shares > 0, logs, -ABSENT)

    def _exponentials(self, scores: Array, rows: IntArray) -> tuple[Array, Array, tuple[Any, ...]]:
        """Turn scores into exponentials, in place; return their sums, what each row's class scored, and its place."""
        scores -= scores.max(axis=1)[:, None]
        place = (slice(None), self.code[rows], np.arange(rows.size))
        own = scores[place]
        np.exp(scores, out=scores)
        return scores.sum(axis=1), own, place

    def residual(self, scores: Array, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Multinomial; the curvature is the mean eigenvalue of diag(p) - p p' across the differences of classes."""
        total, own, place = self._exponentials(scores, rows)
        loss = (np.log(total) - own).sum(axis=1, dtype=np.float64)
        scores /= total[:, None]
        curvature = (rows.size - np.einsum("fcr,fcr->f", scores, scores).astype(np.float64)) / (self.outputs - 1)
        scores[place] -= 1
        return loss, curvature

    def loss(self, scores: Array, rows: IntArray) -> FloatArray:
        """Logarithm of the sum of the exponentials, minus the score of the row's class."""
        total, own, _ = self._exponentials(scores, rows)
        losses: FloatArray = np.log(total).astype(np.float64) - own
        return losses

    def probabilities(self, scores: Array) -> Array:
        """Softmax."""
        scores -= scores.max(axis=1)[:, None]
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1)[:, None]
        return scores


ABSENT = 1e4
"""Score, below all others, of a class that a training set does not hold."""


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """q answers, each yes or no by itself; two classes are one such answer."""

    truth: Array
    """(n, q) of 0 and 1, in the type of the scores."""

    @property
    def outputs(self) -> int:
        """Answers."""
        return int(self.truth.shape[1])

    def shares(self, rows: IntArray) -> FloatArray:
        """Count the yes of each answer."""
        yes: FloatArray = self.truth[rows].sum(axis=0, dtype=np.float64)
        return yes

    def intercepts(self, shares: FloatArray) -> FloatArray:
        """Log odds; bounded where all say the same."""
        odds = np.clip(shares, 1e-9, 1 - 1e-9)
        logs: FloatArray = np.log(odds / (1 - odds))
        return logs

    def _pieces(self, scores: Array, rows: IntArray) -> tuple[Array, Array]:
        """Return exp(-|score|) and the (F, q, rows) losses, without overflow."""
        small = np.exp(-np.abs(scores))
        losses = np.log1p(small)
        losses += np.maximum(scores, 0)
        losses -= self.truth[rows].T * scores
        return small, losses

    def residual(self, scores: Array, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Binary; the curvature is p (1 - p)."""
        small, losses = self._pieces(scores, rows)
        np.divide(np.where(scores >= 0, 1, small), 1 + small, out=scores)
        curvature = np.einsum("fqr,fqr->f", scores, 1 - scores).astype(np.float64) / self.outputs
        scores -= self.truth[rows].T
        return losses.sum(axis=(1, 2), dtype=np.float64), curvature

    def loss(self, scores: Array, rows: IntArray) -> FloatArray:
        """Sum over the answers."""
        losses: FloatArray = self._pieces(scores, rows)[1].sum(axis=1, dtype=np.float64)
        return losses

    def probabilities(self, scores: Array) -> Array:
        """Logistic function."""
        small = np.exp(-np.abs(scores))
        np.divide(np.where(scores >= 0, 1, small), 1 + small, out=scores)
        return scores


@dataclass(frozen=True, slots=True)
class Identity:
    """A number; its loss is the squared error. Ridge regression has a solver of its own."""

    values: Array
    """(n,) in the type of the scores."""
    outputs: int = 1

    def loss(self, scores: Array, rows: IntArray) -> FloatArray:
        """Squared error."""
        return ((scores[:, 0] - self.values[rows]) ** 2).astype(np.float64)

    def probabilities(self, scores: Array) -> Array:
        """Scores are what is said."""
        return scores
