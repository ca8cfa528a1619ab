"""Loop kernel of distances on lattices: typed arrays in, `out` filled, nothing checked, the lock released."""

from __future__ import annotations

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
