"""Which penalty each fold's probe gets: the one of least loss on rows validated inside its training set.

The stronger penalties are solved together, since wide matrix products are cheap; the weaker ones after them, each from where
the one before ended, until the loss has risen beyond doubt. The weakest take the most passes and are hardly ever wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ._design import Array, BoolArray, FloatArray, IntArray
from ._folds import Outer
from ._logistic import Fits

Solve = Callable[[Fits, Array | None, BoolArray], tuple[Array, FloatArray]]
"""solve(fits, where each starts, (F, parts) to validate on) gives weights (F, ...) and (F, parts) sums of the losses."""
SURE = 3
"""A rise in every one of so many validations is no accident."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen for each outer fold."""

    level: IntArray
    """(outers,) place among the penalties."""
    dev: FloatArray
    """(outers,) mean validation loss."""
    start: Array
    """(outers, ...) mean weights of the fits that were validated."""


@dataclass(frozen=True, slots=True)
class _Inner:
    """How one outer fold validates."""

    sets: IntArray
    """(J,) places of the training sets."""
    validate: BoolArray
    """(J, parts)."""

    def losses(self, loss: FloatArray) -> FloatArray:
        """(sets, penalties, parts) sums of losses give (penalties, J)."""
        return np.asarray(np.where(self.validate[:, None], loss[self.sets], 0.0).sum(axis=2).T)


def choose_penalty(solve: Solve, outers: tuple[Outer, ...], penalties: FloatArray, *, counts: IntArray) -> Chosen:
    """Choose among penalties, weakest first, for every outer fold; each distinct inner training set is solved once.

    `counts` (parts,) are the rows of each part.
    """
    sets = np.unique([learn for outer in outers for learn, _ in outer.inner], axis=0)
    place = {parts.tobytes(): row for row, parts in enumerate(sets)}
    inner = [
        _Inner(np.array([place[learn.tobytes()] for learn, _ in o.inner]), np.array([v for _, v in o.inner]))
        for o in outers
    ]
    on = np.zeros_like(sets)
    for one in inner:
        np.logical_or.at(on, one.sets, one.validate)
    loss = np.full((len(sets), penalties.size, counts.size), np.nan)
    theta: dict[int, Array] = {}
    looking = inner
    for wave in _waves(penalties.size):
        needed = np.unique(np.concatenate([one.sets for one in looking]))
        asked, levels = np.tile(needed, wave.size), np.repeat(wave, needed.size)
        start = theta[wave[-1] + 1][needed] if theta else None
        found, validated = solve(Fits(sets[asked], penalties[levels]), start, on[asked])
        loss[asked, levels] = validated
        for level in wave.tolist():
            theta[level] = np.zeros((len(sets), *found.shape[1:]), found.dtype)
            theta[level][needed] = found[levels == level]
        looking = [one for one in looking if not _has_risen(one.losses(loss)[wave[0] :])]
        if not looking:
            break
    sums = [one.losses(loss).sum(axis=1) for one in inner]
    # Of equals the strongest; what was not tried is NaN.
    level = np.array([penalties.size - 1 - int(np.nanargmin(one[::-1])) for one in sums])
    rows = np.array([(one.validate @ counts).sum() for one in inner])
    dev = np.array([one[at] for one, at in zip(sums, level.tolist(), strict=True)]) / rows
    start = np.stack([theta[at][one.sets].mean(axis=0) for one, at in zip(inner, level.tolist(), strict=True)])
    return Chosen(level, dev, start)


def _waves(count: int) -> list[IntArray]:
    """Return which penalties are tried together: the stronger half and one, then each weaker one."""
    first = (count - 1) // 2
    return [np.arange(first, count), *(np.array([level]) for level in range(first)[::-1])]


def _has_risen(losses: FloatArray) -> bool:
    """Whether (penalties, J) losses, weakest first, have risen in every validation, or twice in a row on average."""
    if len(losses) > 1 and losses.shape[1] >= SURE and (losses[0] > losses[1]).all():
        return True
    mean = losses.sum(axis=1)
    return bool(len(mean) > 2 and mean[0] > mean[1] > mean[2])
