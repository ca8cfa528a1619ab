"""The loops that encode rows, compiled: moved into a frame, kept, and measured in one pass, with no array between."""

from __future__ import annotations

import numba
import numpy as np

from ._kernels import REORDER


@numba.njit(nogil=True, cache=True)
def move(block, i, centre, scale, out):  # type: ignore[no-untyped-def]
    """out: row i of a block in a frame. Strict arithmetic: what is kept must be measured against what really is."""
    for t in range(block.shape[1]):
        out[t] = (np.float64(block[i, t]) - centre[t]) * scale


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def measure(moved, kept):  # type: ignore[no-untyped-def]
    """Return |a|^2, |u - a|^2 and |u|^2 of a moved row u and what is kept of it, in float64."""
    held, lost, size = 0.0, 0.0, 0.0
    for t in range(moved.shape[0]):
        u, a = moved[t], np.float64(kept[t])
        held += a * a
        lost += (u - a) * (u - a)
        size += u * u
    return held, lost, size


@numba.njit(nogil=True, cache=True)
def encode_floats(block, centre, scale, out, half, lost, size):  # type: ignore[no-untyped-def]
    """Keep rows of a block as floats of the type of `out`."""
    moved = np.empty(block.shape[1])
    for i in range(block.shape[0]):
        move(block, i, centre, scale, moved)
        kept = out[i]
        for t in range(block.shape[1]):
            kept[t] = moved[t]
        held, lost[i], size[i] = measure(moved, kept)
        half[i] = held / 2


@numba.njit(nogil=True, cache=True, fastmath=REORDER)
def squared_lengths(block, out):  # type: ignore[no-untyped-def]
    """out[i]: squared length of row i, in float64."""
    for i in range(block.shape[0]):
        total = 0.0
        for t in range(block.shape[1]):
            x = np.float64(block[i, t])
            total += x * x
        out[i] = total
