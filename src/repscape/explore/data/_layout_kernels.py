"""The loop that lays out a neighbour graph: neighbours draw each other near, points drawn at random push apart."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]
NEAR, SLOPE = 1.577, 0.895  # of 1 / (1 + a d^2b): near points stay a tenth of the usual length apart
PUSHES = 5
REACH = 4.0  # longest step


@numba.njit(cache=True, nogil=True)
def step(value: float) -> float:
    """Bound a step."""
    return min(REACH, max(-REACH, value))


@numba.njit(cache=True, nogil=True)
def rounds(
    xy: FloatArray,
    heads: IntArray,
    tails: IntArray,
    every: FloatArray,
    due: FloatArray,
    first: int,
    last: int,
    total: int,
    state: npt.NDArray[np.uint64],
) -> None:
    """Do rounds `first` to `last` of `total` in place; an edge takes part each `every` rounds, next when `due`."""
    n = xy.shape[0]
    for now in range(first, last):
        rate = 1.0 - now / total
        for edge in range(heads.size):
            if due[edge] > now:
                continue
            due[edge] += every[edge]
            i, j = heads[edge], tails[edge]
            dx, dy = xy[i, 0] - xy[j, 0], xy[i, 1] - xy[j, 1]
            square = dx * dx + dy * dy
            if square > 0.0:
                power = square**SLOPE
                pull = -2.0 * NEAR * SLOPE * power / square / (1.0 + NEAR * power)
                mx, my = rate * step(pull * dx), rate * step(pull * dy)
                xy[i, 0] += mx
                xy[i, 1] += my
                xy[j, 0] -= mx
                xy[j, 1] -= my
            for _ in range(PUSHES):
                state[0] ^= state[0] << np.uint64(13)
                state[0] ^= state[0] >> np.uint64(7)
                state[0] ^= state[0] << np.uint64(17)
                j = np.int32(state[0] % np.uint64(n))
                if j == i:
                    continue
                dx, dy = xy[i, 0] - xy[j, 0], xy[i, 1] - xy[j, 1]
                square = dx * dx + dy * dy
                push = 2.0 * SLOPE / ((0.001 + square) * (1.0 + NEAR * square**SLOPE))
                xy[i, 0] += rate * step(push * dx)
                xy[i, 1] += rate * step(push * dy)
