"""Loop kernels of density peaks: typed arrays in, `out` filled, nothing checked, the lock released; each costs n k."""

from __future__ import annotations

import numpy as np
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
def join_plateaus(height, indices, sizes, center, labels, root):  # type: ignore[no-untyped-def]  # house: as above
    """Fill root (m,) with the peak that each preliminary one is part of: neighbours of equal height are one plateau.

    A centre with a neighbour of its height that belongs elsewhere is no peak of its own, but leads up there.
    """
    for i in range(indices.shape[0]):
        for rank in range(sizes[i]):
            j = indices[i, rank]
            if height[i] != height[j] or labels[i] == labels[j] or not (center[i] or center[j]):
                continue
            a, b = labels[i], labels[j]
            while root[a] != a:
                a = root[a]
            while root[b] != b:
                b = root[b]
            if a < b:
                root[b] = a
            else:
                root[a] = b
    for a in range(root.size):
        top = a
        while root[top] != top:
            top = root[top]
        root[a] = top


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


@njit(cache=True, nogil=True)
def count_links(order, labels, indices, populations):  # type: ignore[no-untyped-def]  # house: as above
    """Return to how many other labels the points of each label have a neighbour, summed over labels.

    order (n,) are the points by label, populations (m,) how many each label has.
    """
    seen = np.full(populations.size, -1, dtype=np.int64)
    found = 0
    for i in order:
        own = labels[i]
        for rank in range(indices.shape[1]):
            across = labels[indices[i, rank]]
            if across != own and seen[across] != own:
                seen[across] = own
                found += 1
    return found


@njit(cache=True, nogil=True)
def highest_links(  # type: ignore[no-untyped-def]  # house: as above, and a link reads all of these
    order,
    labels,
    indices,
    populations,
    logs,
    dimension,
    counted,
    log_n,
    log_density,
    stderr,
    counted_error,
    pairs,
    heights,
    errors,
    points,
):
    """Fill pairs (s, 2), heights, errors, points (s,) with the highest link from each label to each other.

    A link is as high as the lower of its ends and of the ball it spans, log density counted[rank] - dimension log r - log n.
    """
    place = np.full(populations.size, -1, dtype=np.int64)
    begin = end = 0
    last = -1
    for i in order:
        if labels[i] != last:
            last, begin = labels[i], end
        for rank in range(indices.shape[1]):
            j = indices[i, rank]
            across = labels[j]
            if across == last:
                continue
            inside = counted[rank] - dimension * logs[i, rank] - log_n
            point = i if log_density[i] <= log_density[j] else j
            at_end = log_density[point] <= inside
            height = log_density[point] if at_end else inside
            at = place[across]
            if at < begin or at >= end or pairs[at, 0] != last:
                at = end
                place[across] = at
                pairs[at, 0], pairs[at, 1] = last, across
                end += 1
            elif height < heights[at] or (height == heights[at] and point >= points[at]):
                continue
            heights[at], points[at] = height, point
            errors[at] = stderr[point] if at_end else counted_error[rank]
