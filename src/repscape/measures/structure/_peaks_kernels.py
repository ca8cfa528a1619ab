"""Loop kernels of density peaks: typed arrays in, `out` filled, nothing checked, the lock released; each costs n k."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def find_centers(height, indices, sizes, center, holder):  # type: ignore[no-untyped-def]  # house: numba takes the types from the call
    """Mark in center (n,) the points that none of their own neighbours, and nobody who has them as one, stands above.

    holder (n,) is the highest point above a mere local maximum that has it among its neighbours, else -1.
    """
    n = indices.shape[0]
    for i in range(n):
        center[i], holder[i] = True, -1
        for rank in range(sizes[i]):
            if height[i] < height[indices[i, rank]]:
                center[i] = False
                break
    for i in range(n):
        for rank in range(sizes[i]):
            j = indices[i, rank]
            if center[j] and height[i] > height[j] and (holder[j] < 0 or height[i] > height[holder[j]]):
                holder[j] = i
    for i in range(n):
        if holder[i] >= 0:
            center[i] = False


@njit(cache=True, nogil=True)
def assign(order, indices, holder, labels):  # type: ignore[no-untyped-def]  # house: as above
    """Give every point, highest first, the label of its nearest neighbour that has one; labels (n,) holds the centres'.

    A local maximum that is no centre may have no labelled neighbour: it goes with its holder, which stands above it.
    """
    for i in order:
        if labels[i] >= 0:
            continue
        for rank in range(indices.shape[1]):
            if labels[indices[i, rank]] >= 0:
                labels[i] = labels[indices[i, rank]]
                break
        if labels[i] < 0:
            labels[i] = labels[holder[i]]


@njit(cache=True, nogil=True)
def find_borders(indices, sizes, labels, center, other):  # type: ignore[no-untyped-def]  # house: as above
    """Fill other (n,) with the label across the border that a point stands on, -1 where it stands on none.

    Across is its nearest neighbour of another label, to which no point of its own label may be nearer.
    """
    for i in range(indices.shape[0]):
        other[i] = -1
        if center[i]:
            continue
        for rank in range(sizes[i]):
            j = indices[i, rank]
            if labels[j] == labels[i]:
                continue
            other[i] = labels[j]
            for step in range(indices.shape[1]):
                if indices[j, step] == i:
                    break
                if labels[indices[j, step]] == labels[i]:
                    other[i] = -1
                    break
            break
