"""Manifold capacity: how many classes for each dimension a hyperplane could still divide, whichever way they were labelled."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import svd
from scipy.optimize import nnls

from ... import _check, _random
from ...errors import InputError
from ...machine import within_memory
from .._result import Estimate
from ..uncertainty import within_bounds
from ._class_spread import ClassSpread, FloatArray, IntArray, classes_of

NAME = "quality_capacity"
MOST = 2.0
"""The capacity of single points."""


@within_memory
def quality_capacity(
    X: Any,
    labels: Any,
    *,
    draws: int = 50,
    points: int = 50,
    rng: int | np.random.Generator = 0,
) -> Estimate:
    r"""Mean-field capacity of classes as manifolds: so many for each dimension can be divided at random [1]_.

    1 / capacity is the mean over classes and random vectors t of min ``|v - t|^2`` over v with ``v . s >= 0`` for all points s
    of the class, a point being its coordinates about the class mean, in units of that mean's distance from the centre, and 1.

    Parameters
    ----------
    X : (n, d) array
        Points.
    labels : (n,) array
        Class of each point: at least two classes of two points.
    draws : int
        Random vectors for each class.
    points : int
        Most points of a class that are looked at, drawn at random; ``dropped`` says how many were not. Each draw solves a
        problem of that size.
    rng : int or numpy Generator
        For vectors and points.

    Returns
    -------
    Estimate
        value in (0, 2]: 2 where every class is one point, 1 / (D + 1) or more for classes that fill D dimensions. chance is the
        value with the labels in random order. stderr: over the classes, and the vectors drawn for them. details: "radius" and
        "dimension" of the classes, as their anchor points see them; "by_class" (C,), each class's own capacity.

    Raises
    ------
    DegenerateDataError
        If all class means are identical.
    InputError
        If there are fewer than two classes, a class has one point or a mean at the centre, or an option is out of range.

    References
    ----------
    .. [1] Chung, Lee, Sompolinsky (2018). Classification and geometry of general perceptual manifolds. Physical Review X 8,
       031003.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> labels = np.repeat(np.arange(4), 10)
    >>> tight = np.eye(4)[labels] + 1e-6 * np.random.default_rng(0).normal(size=(40, 4))
    >>> round(rs.quality_capacity(tight, labels, draws=400).value, 1)
    2.0
    """
    _check.integer(draws, "draws", NAME, low=2)
    _check.integer(points, "points", NAME, low=2)
    held, names = classes_of(X, labels, NAME)
    generator = _random.generator(rng, NAME)
    seeds = generator.integers(0, 2**31, size=3).tolist()
    inverse, radius, dimension = _capacity(held, draws=draws, points=points, seed=seeds[0])
    order = np.random.default_rng(seeds[1]).permutation(held.code.size)
    shuffled = ClassSpread.of(held.points, held.code[order])
    chance = 1 / _capacity(shuffled, draws=max(2, draws // 5), points=points, seed=seeds[2])[0].mean()
    value = float(1 / inverse.mean())
    stderr = float(inverse.std(ddof=1)) / np.sqrt(inverse.size) * value**2
    reach = 1.959963984540054 * stderr
    left_out = int(np.maximum(held.counts - points, 0).sum())
    return Estimate(
        value=min(value, MOST),
        n=held.code.size - left_out,
        stderr=stderr,
        interval=within_bounds(min(value, MOST), (value - reach, value + reach), low=0.0, high=MOST),
        chance=float(min(chance, MOST)),
        dropped=left_out,
        options={"draws": draws, "points": points, "error": "classes"},
        details={
            "radius": float(radius.mean()),
            "dimension": float(dimension.mean()),
            "by_class": 1 / inverse,
            "classes": names.size,
        },
    )


def _capacity(held: ClassSpread, *, draws: int, points: int, seed: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return 1 / capacity, radius and dimension of each class."""
    found = np.empty((held.counts.size, 3))
    for one in range(held.counts.size):
        rng = np.random.default_rng([seed, one])
        rows = np.flatnonzero(held.code == one)
        if rows.size > points:
            rows = np.sort(rng.permutation(rows)[:points])
        found[one] = _of_class(_shape(held, one, rows), draws, rng=rng)
    return found[:, 0], found[:, 1], found[:, 2]


def _shape(held: ClassSpread, one: int, rows: IntArray) -> FloatArray:
    """Return (m, D + 1): the points of a class in their own directions, in units of their mean's length, and 1."""
    mean = held.points[rows].mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length <= 1e-12:
        raise InputError(
            f"labels of {NAME} has a class whose mean lies at the centre of all classes, where no unit is."
        )
    inside, lengths, _ = svd((held.points[rows] - mean) / length, full_matrices=False, check_finite=False)
    # Signs of singular vectors are the library's choice: the largest entry is made positive, so that a rotation changes
    # nothing.
    largest = np.abs(inside).argmax(axis=0)
    coordinates = inside * lengths * np.sign(inside[largest, np.arange(lengths.size)])
    kept = lengths > 1e-10 * max(float(lengths.max(initial=0.0)), 1e-300)
    return np.column_stack([coordinates[:, kept], np.ones(rows.size)])


def _of_class(shape: FloatArray, draws: int, *, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the mean squared correction, and radius and dimension of the anchor points, at which it pulls."""
    targets = np.random.default_rng(rng.integers(2**31)).normal(size=(draws, shape.shape[1]))
    corrections, anchors, along = [], [], []
    for target in targets:
        # v = t + S' w with the least w >= 0 that lifts every point: the dual of the projection, a non-negative least squares.
        weights, off = nnls(shape.T, -target)
        corrections.append(float(target @ target) - off**2)
        total = weights.sum()
        if total > 0:
            anchor = (shape.T @ weights / total)[:-1]
            anchors.append(anchor)
            along.append(float(target[:-1] @ anchor) ** 2 / max(float(anchor @ anchor), 1e-300))
    if not anchors:
        return float(np.mean(corrections)), 0.0, 0.0
    radius = float(np.sqrt(np.mean([anchor @ anchor for anchor in anchors])))
    return float(np.mean(corrections)), radius, float(np.mean(along))
