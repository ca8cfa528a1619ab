"""The plane of the two principal components, and one map turned to fit another: what pages of examples stand on."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

FloatArray = npt.NDArray[np.float64]
BLOCK = 1 << 23  # numbers in memory at a time


def principal_plane(points: Any) -> tuple[FloatArray, FloatArray]:
    """Return (n, 2) principal components, and the share of the variance that each holds.

    Two eigenvectors of the smaller of the two Gram matrices, summed over blocks: for thousands of points this is many times
    quicker than the decomposition of :func:`repscape.embed`, and what lies on disk is read by blocks of rows.

    Parameters
    ----------
    points : (n, d) array, or anything that gives rows by slices

    Returns
    -------
    coordinates : (n, 2) array
        Zero where there is no variance.
    shares : (2,) array
        In [0, 1].
    """
    n, d = points.shape
    return _of_rows(points, n, d) if d <= n else _of_columns(np.asarray(points), n, d)


def _of_rows(points: Any, n: int, d: int) -> tuple[FloatArray, FloatArray]:
    """Sum over blocks of rows, as they lie on disk."""
    step = max(int(getattr(points, "slab_rows", 1)), BLOCK // d)
    blocks = [slice(start, min(n, start + step)) for start in range(0, n, step)]
    mean = sum((np.asarray(points[block]).sum(axis=0, dtype=np.float64) for block in blocks), np.zeros(d)) / n
    gram = np.zeros((d, d))
    for block in blocks:
        rows = _centred(points[block], mean)
        gram += rows.T @ rows
    values, vectors, shares = _two(gram)
    coordinates = np.zeros((n, 2))
    for block in blocks:
        coordinates[block, : values.size] = _centred(points[block], mean) @ vectors
    return coordinates, shares


def _of_columns(points: npt.NDArray[Any], n: int, d: int) -> tuple[FloatArray, FloatArray]:
    """Sum over blocks of columns: more dimensions than points."""
    mean = points.mean(axis=0, dtype=np.float64)
    gram, step = np.zeros((n, n)), max(1, BLOCK // n)
    for start in range(0, d, step):
        block = points[:, start : start + step] - mean[start : start + step]
        gram += block @ block.T
    values, vectors, shares = _two(gram)
    coordinates = np.zeros((n, 2))
    coordinates[:, : values.size] = vectors * np.sqrt(values)
    return coordinates, shares


def _centred(rows: Any, mean: FloatArray) -> npt.NDArray[Any]:
    """Take the mean off; single precision stays what it is, which is enough to draw and twice as quick."""
    held = np.asarray(rows)
    kind = np.float32 if held.dtype in (np.float16, np.float32) else np.float64
    return (held - mean).astype(kind)


def _two(gram: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the two largest eigenvalues, their vectors, and their shares of the trace; none where nothing varies."""
    shares, total, kept = np.zeros(2), float(np.trace(gram)), min(2, len(gram))
    if total <= 0.0:
        return np.zeros(0), np.zeros((len(gram), 0)), shares
    values, vectors = eigh(gram, subset_by_index=[len(gram) - kept, len(gram) - 1])
    values = np.maximum(values[::-1], 0.0)
    shares[:kept] = values / total
    return values, vectors[:, ::-1], shares


def mirrored(coordinates: FloatArray, before: FloatArray | None) -> FloatArray:
    """Return the map with each axis mirrored where that fits the map before it better: axes stay what they are."""
    if before is None:
        return coordinates
    signs = np.sign((coordinates * before).sum(axis=0))
    return coordinates * np.where(signs == 0, 1.0, signs)


def turned(coordinates: FloatArray, before: FloatArray | None) -> FloatArray:
    """Return the map centred, and turned or mirrored as a whole to fit the map before it: distances stay what they are."""
    if before is None:
        return coordinates
    centred = coordinates - coordinates.mean(axis=0)
    left, _, right = np.linalg.svd(centred.T @ (before - before.mean(axis=0)))
    return np.asarray(centred @ (left @ right), dtype=np.float64)
