"""Points that are hard on a neighbour search, each by its own way."""

from __future__ import annotations

import numpy as np


def gaussian(n, d):
    return np.random.default_rng(d).normal(size=(n, d)).astype(np.float32)


def manifold(n, *, noise):
    """A curved surface of 3 dimensions in 40, with noise."""
    rng = np.random.default_rng(1)
    t = rng.uniform(-1, 1, size=(n, 3))
    waves = np.sin(t @ rng.normal(size=(3, 40)) * 3)
    return waves + noise * rng.normal(size=waves.shape)


def near_duplicates(n):
    """Groups of ten 1e-7 apart, the groups 1e3 apart."""
    rng = np.random.default_rng(2)
    return np.repeat(1e3 * rng.normal(size=(n // 10, 20)), 10, axis=0) + 1e-7 * rng.normal(size=(n, 20))


def many_near_duplicates(n):
    """One knot of points 1e-7 apart, far larger than any buffer, beside points at 1e3."""
    rng = np.random.default_rng(3)
    knot = 1e3 + 1e-7 * rng.normal(size=(n // 2, 16))
    return np.concatenate([knot, 1e3 * rng.normal(size=(n - n // 2, 16))])


def offset(n):
    return np.random.default_rng(4).normal(size=(n, 32)) + 1e4


def rogue_dimensions(n):
    rng = np.random.default_rng(5)
    return (rng.normal(size=(n, 100)) * np.r_[np.full(3, 1e3), np.ones(97)]).astype(np.float32)


def clusters_of_all_scales(n):
    rng = np.random.default_rng(6)
    scales = 10.0 ** np.arange(-6, 7, 2)
    each = n // len(scales)
    return np.concatenate([s * rng.normal(size=(each, 16)) + 1e6 * rng.normal(size=16) for s in scales])


def grid(n):
    return np.random.default_rng(7).integers(0, 6, size=(n, 3)).astype(np.float64)


def bits(n):
    """Exact ties everywhere."""
    return np.random.default_rng(8).integers(0, 2, size=(n, 24), dtype=np.uint8)


def constant_columns(n):
    X = np.random.default_rng(9).normal(size=(n, 12))
    X[:, ::2] = 7.7
    return X


def all_equal(n):
    return np.full((n, 9), 0.1)


def line(n):
    """Sorted: neighbours are always in the next block, and thresholds fall as slowly as they can."""
    return np.linspace(0, 1, n)[:, None] ** 3 * np.arange(1, 5)


def tiny(n):
    return np.random.default_rng(10).normal(size=(n, 8)) * 1e-150


def huge(n):
    return np.random.default_rng(11).normal(size=(n, 8)) * 1e140


SETS = {
    "gaussian-3": lambda n: gaussian(n, 3),
    "gaussian-64": lambda n: gaussian(n, 64),
    "manifold": lambda n: manifold(n, noise=0.0),
    "noisy-manifold": lambda n: manifold(n, noise=0.1),
    "near-duplicates": near_duplicates,
    "knot": many_near_duplicates,
    "offset": offset,
    "rogue-dimensions": rogue_dimensions,
    "clusters": clusters_of_all_scales,
    "grid": grid,
    "bits": bits,
    "constant-columns": constant_columns,
    "all-equal": all_equal,
    "line": line,
    "tiny": tiny,
    "huge": huge,
}
