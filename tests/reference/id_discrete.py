"""I3D with all distances, whole-dimensional volumes continued as the polynomials that they are, and halving."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{"step": 0.5, "radii": (6, 10)}, {"step": 0.25, "radii": (16,), "ratio": 0.7}]


def volume(radius, d):
    """Sum over j of 2^j C(d, j) C(radius, j), with d any number."""
    total, falling = 0.0, 1.0
    for j in range(radius + 1):
        total += 2**j * falling * math.comb(radius, j)
        falling *= (d - j) / (j + 1)
    return total


def slow(X, Y, columns, *, step, radii, ratio=0.5):
    lattice = np.round(X / step)
    apart = np.abs(lattice[:, None] - lattice).sum(axis=2)
    found = []
    for outer in radii:
        inner = min(math.ceil(outer * ratio), outer - 1)
        share = ((apart <= inner).sum() - len(X)) / ((apart <= outer).sum() - len(X))
        low, high = 1e-4, 40.0
        for _ in range(100):
            d = (low + high) / 2
            low, high = (d, high) if volume(inner, d) / volume(outer, d) > share else (low, d)
        found.append(d)
    return found
