"""Points whose answer is known: manifolds of a given dimension, to try a measure on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import _check, _random
from .errors import InputError

FloatArray = npt.NDArray[np.float64]


def ball(n: int, dim: int, *, rng: int | np.random.Generator = 0) -> FloatArray:
    """Draw points uniformly from the unit ball.

    Parameters
    ----------
    n : int
        Points.
    dim : int
        Dimension of the ball, and of the space.
    rng : int or numpy Generator
        Source of the draws.

    Returns
    -------
    (n, dim) array
        Points of norm at most 1; their intrinsic dimension is `dim`.

    Examples
    --------
    >>> bool(np.linalg.norm(ball(1000, 3), axis=1).max() <= 1)
    True
    """
    _check.integer(n, "n", "ball", low=1)
    _check.integer(dim, "dim", "ball", low=1)
    random = _random.generator(rng, "ball")
    directions = random.normal(size=(n, dim))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions * random.random((n, 1)) ** (1 / dim)


def sphere(n: int, dim: int, *, rng: int | np.random.Generator = 0) -> FloatArray:
    """Draw points uniformly from the unit sphere.

    Parameters
    ----------
    n : int
        Points.
    dim : int
        Dimension of the sphere, one less than that of the space.
    rng : int or numpy Generator
        Source of the draws.

    Returns
    -------
    (n, dim + 1) array
        Points of norm 1.

    Examples
    --------
    >>> sphere(5, 2).shape
    (5, 3)
    """
    _check.integer(n, "n", "sphere", low=1)
    _check.integer(dim, "dim", "sphere", low=1)
    points = _random.generator(rng, "sphere").normal(size=(n, dim + 1))
    return points / np.linalg.norm(points, axis=1, keepdims=True)  # type: ignore[no-any-return]


def torus(n: int, dim: int, *, rng: int | np.random.Generator = 0) -> FloatArray:
    """Draw points uniformly from the flat torus, the product of `dim` circles: no boundary and no intrinsic curvature.

    Parameters
    ----------
    n : int
        Points.
    dim : int
        Number of circles.
    rng : int or numpy Generator
        Source of the draws.

    Returns
    -------
    (n, 2 dim) array
        Cosines and sines of the angles.

    Examples
    --------
    >>> torus(5, 3).shape
    (5, 6)
    """
    _check.integer(n, "n", "torus", low=1)
    _check.integer(dim, "dim", "torus", low=1)
    angles = _random.generator(rng, "torus").uniform(0, 2 * np.pi, size=(n, dim))
    return np.hstack([np.cos(angles), np.sin(angles)])


def swiss_roll(n: int, *, noise: float = 0.0, rng: int | np.random.Generator = 0) -> FloatArray:
    """Draw points from a rolled-up sheet, with Gaussian noise across it.

    Parameters
    ----------
    n : int
        Points.
    noise : float
        Standard deviation of the noise; the sheet is 21 wide and its turns are about 6 apart.
    rng : int or numpy Generator
        Source of the draws.

    Returns
    -------
    (n, 3) array
        A sheet of dimension 2, which looks 3-dimensional at scales below the noise.

    Examples
    --------
    >>> swiss_roll(5, noise=0.3).shape
    (5, 3)
    """
    _check.integer(n, "n", "swiss_roll", low=1)
    _check.number(noise, "noise", "swiss_roll", low=0)
    random = _random.generator(rng, "swiss_roll")
    angle = 1.5 * np.pi * (1 + 2 * random.random(n))
    sheet = np.stack([angle * np.cos(angle), 21 * random.random(n), angle * np.sin(angle)], axis=1)
    return sheet + noise * random.normal(size=(n, 3))


def embedded(points: FloatArray, width: int, *, rng: int | np.random.Generator = 0) -> FloatArray:
    """Put points into a wider space by a random rotation, which changes no distance.

    Parameters
    ----------
    points : (n, d) array
        The points.
    width : int
        Dimension of the wider space, at least d.
    rng : int or numpy Generator
        Source of the rotation.

    Returns
    -------
    (n, width) array
        The same cloud of points, no axis of the space being special.

    Examples
    --------
    >>> embedded(sphere(5, 2), 10).shape
    (5, 10)
    """
    points = _check.points(points, "points", "embedded", least=1)
    if width < points.shape[1]:
        raise InputError(f"width of embedded must be at least {points.shape[1]}, the points' own. Got {width}.")
    directions, _ = np.linalg.qr(_random.generator(rng, "embedded").normal(size=(width, points.shape[1])))
    return points @ directions.T  # type: ignore[no-any-return]
