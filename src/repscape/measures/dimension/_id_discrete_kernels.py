"""Loop kernels of distances and volumes on lattices: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

import math

from numba import njit


@njit(cache=True, nogil=True)
def count_within_steps(points, edges, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Add to out (n, m) the others in each ring: beyond the edge before, up to this one, in steps along the axes."""
    n, d = points.shape
    last = edges[-1]
    for i in range(n):
        for j in range(i):
            steps = 0
            for axis in range(d):
                steps += abs(points[i, axis] - points[j, axis])
                if steps > last:
                    break
            if steps <= last:
                ring = 0
                while steps > edges[ring]:
                    ring += 1
                out[i, ring] += 1
                out[j, ring] += 1


@njit(cache=True, nogil=True)
def steps_between(some, points, out):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Fill out (m, n) with the steps along the axes from each of some (m, d) to each point (n, d)."""
    for i in range(some.shape[0]):
        for j in range(points.shape[0]):
            steps = 0.0
            for axis in range(points.shape[1]):
                steps += abs(some[i, axis] - points[j, axis])
            out[i, j] = steps


@njit(cache=True, nogil=True)
def log_volumes(inner, outer, d, even):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Return the logarithm of how many points of a lattice of d dimensions stand within inner steps of one, and within outer.

    (R + 1) V(R + 1) = (2 d + 1) V(R) + R V(R - 1): nothing is subtracted, and what grows too large is carried as a logarithm.
    Where `even`, only points at even distances count.
    """
    before, here, held, carried = 0.0, 1.0, 1.0, 0.0
    at_inner = 0.0
    for radius in range(1, outer + 1):
        before, here = here, ((2 * d + 1) * here + (radius - 1) * before) / radius
        if not even:
            held = here
        elif radius % 2 == 0:
            held += here - before
        if here > 1e200:
            before, here, held, carried = before * 1e-200, here * 1e-200, held * 1e-200, carried + 200 * math.log(10.0)
        if radius == inner:
            at_inner = math.log(held) + carried
    return at_inner, math.log(held) + carried
