"""Who learns and who is asked: folds, fixed splits and learning curves, all as unions of parts of the rows.

For each outer training set the penalty is chosen on parts of that set alone. With folds these inner parts are the other folds,
so that the fits without folds j and k serve both outer folds: K (K - 1) / 2 training sets instead of K (K - 1).
Folds depend on labels, groups and rng alone, so that every layer is asked about the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ...errors import InputError
from ._targets import Target

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
SPLITS = {"train": 0, "dev": 1, "validation": 1, "valid": 1, "val": 1, "test": 2}


@dataclass(frozen=True, slots=True)
class Outer:
    """One training set and who is asked; (parts,) masks."""

    train: BoolArray
    """Parts it learns from."""
    test: BoolArray
    """Parts it is asked about."""
    inner: tuple[tuple[BoolArray, BoolArray], ...]
    """(learn, validate) parts of its own, for choosing penalties and for stopping early."""


@dataclass(frozen=True, slots=True)
class Folds:
    """Parts of the rows, and the training sets made of them."""

    part: IntArray
    """(n,) part of each row; -1: in none."""
    outers: tuple[Outer, ...]
    """One for each fold."""

    @property
    def parts(self) -> int:
        """How many parts there are, empty ones among them."""
        return self.outers[0].train.size

    def rows(self, parts: BoolArray) -> IntArray:
        """Return the rows in these parts."""
        return np.flatnonzero(np.append(parts, False)[self.part])


@dataclass(frozen=True, slots=True)
class Cut:
    """How a caller wants the rows to be cut."""

    folds: int = 5
    """Folds, or inner folds where a fixed split has no dev rows."""
    shuffle: bool = True
    """False: folds of consecutive rows."""
    groups: Any = None
    """(n,) families, authors ... that must not stand on both sides."""
    split: Any = None
    """(n,) "train", "dev" or "test"."""
    rng: Any = 0
    """For shuffling."""

    def options(self) -> dict[str, Any]:
        """What goes on record."""
        return {
            "folds": self.folds,
            "shuffle": self.shuffle,
            "groups": self.groups is not None,
            "split": self.split is not None,
        }

    def seed(self) -> int:
        """An int is scikit-learn's random_state as it stands."""
        return int(self.rng.integers(2**31)) if isinstance(self.rng, np.random.Generator) else int(self.rng)


def make_folds(target: Target, cut: Cut, function: str) -> Folds:
    """Cut the rows; refuse what leaves some training set without a class."""
    _check.integer(cut.folds, "folds", function, low=2, high=target.n, why="the number of examples")
    group = None if cut.groups is None else _check.codes(cut.groups, "groups", function, n=target.n)[1]
    if cut.split is not None:
        found = _fixed(target, cut, group, function)
    else:
        fold = _cut(target, np.arange(target.n), cut, group, function)
        found = Folds(fold, crossed(cut.folds)) if cut.folds > 2 else _halved(target, fold, cut, group, function)
    check_classes(target, found, function)
    return found


def crossed(folds: int) -> tuple[Outer, ...]:
    """Each fold is asked about once; the others, one at a time, validate."""
    one = np.eye(folds, dtype=bool)
    return tuple(
        Outer(~one[k], one[k], tuple((~one[k] & ~one[j], one[j]) for j in range(folds) if j != k)) for k in range(folds)
    )


def _halved(target: Target, fold: IntArray, cut: Cut, group: IntArray | None, function: str) -> Folds:
    """Two folds: each is halved, and its halves validate each other."""
    part = np.empty_like(fold)
    for k in range(2):
        rows = np.flatnonzero(fold == k)
        part[rows] = 2 * k + _cut(target, rows, cut, group, function, folds=2)
    one = np.eye(4, dtype=bool)
    pairs = ((2, 3), (0, 1))  # the parts of the other fold
    return Folds(
        part,
        tuple(Outer(one[a] | one[b], ~(one[a] | one[b]), ((one[a], one[b]), (one[b], one[a]))) for a, b in pairs),
    )


def _fixed(target: Target, cut: Cut, group: IntArray | None, function: str) -> Folds:
    """Train, dev and test from a column; without dev rows the training rows validate each other."""
    names, code = _check.codes(cut.split, "split", function, n=target.n)
    for name in names:
        _check.choice(str(name).lower(), "split", function, SPLITS)
    part = np.array([SPLITS[str(name).lower()] for name in names])[code]
    for side, needed in (("train", 0), ("test", 2)):
        if not (part == needed).any():
            raise InputError(f"split of {function} must hold some {side!r}. Got {', '.join(map(str, names))}.")
    if group is not None:
        both = [int(g) for g in np.unique(group) if np.unique(part[group == g]).size > 1]
        if both:
            raise InputError(f"split of {function} cuts through {len(both)} groups; a group must stand on one side.")
    if (part == 1).any():
        one = np.eye(3, dtype=bool)
        return Folds(part, (Outer(one[0], one[2], ((one[0], one[1]),)),))
    inner = np.full(target.n, cut.folds)
    rows = np.flatnonzero(part == 0)
    inner[rows] = _cut(target, rows, cut, group, function)
    one = np.eye(cut.folds + 1, dtype=bool)
    train = ~one[-1]
    return Folds(inner, (Outer(train, one[-1], tuple((train & ~one[j], one[j]) for j in range(cut.folds))),))


def _cut(  # house: the data, and what to do with them
    target: Target, rows: IntArray, cut: Cut, group: IntArray | None, function: str, *, folds: int | None = None
) -> IntArray:
    """Return the fold of each of `rows`, as scikit-learn's splitters cut them."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    count = cut.folds if folds is None else folds
    stratified = target.kind == "classes"
    truth = target.truth[rows]
    if stratified:
        _enough(target, truth, count, function)
    if group is not None and np.unique(group[rows]).size < count:
        raise InputError(
            f"groups of {function} must be at least as many as folds ({count}). Got {np.unique(group[rows]).size}."
        )
    kinds = {
        (True, False): StratifiedKFold,
        (False, False): KFold,
        (True, True): StratifiedGroupKFold,
        (False, True): GroupKFold,
    }
    options = {"shuffle": True, "random_state": cut.seed()} if cut.shuffle else {}
    splitter = kinds[stratified, group is not None](count, **options)
    fold = np.empty(rows.size, dtype=np.int64)
    own = None if group is None else group[rows]
    for place, (_, held) in enumerate(splitter.split(rows[:, None], truth if stratified else None, own)):
        fold[held] = place
    return fold


def _enough(target: Target, truth: IntArray, folds: int, function: str) -> None:
    members = np.bincount(truth, minlength=target.classes.size)
    few = np.flatnonzero(members < folds)
    if few.size:
        named = ", ".join(f"{str(target.classes[c])!r} ({members[c]})" for c in few[:5])
        raise InputError(
            f"labels of {function}: every class needs at least as many members as folds ({folds}). Too few: {named}"
            f"{' ...' if few.size > 5 else ''}. Take fewer folds, merge or leave out classes."
        )


def check_classes(target: Target, folds: Folds, function: str) -> None:
    """Refuse a training set without one of the classes that it will be asked about."""
    if target.kind != "classes":
        return
    for place, outer in enumerate(folds.outers):
        train, test = (np.unique(target.truth[folds.rows(parts)]) for parts in (outer.train, outer.test))
        lost = np.setdiff1d(test, train)
        if lost.size:
            raise InputError(
                f"{function}: nothing of class {str(target.classes[lost[0]])!r} is left to learn from when fold {place} is "
                "held out. Its members share a group, or a side of the split; leave it out or take other folds."
            )
