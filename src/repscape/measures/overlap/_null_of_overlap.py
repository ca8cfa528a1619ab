"""What neighbourhood overlap reads by chance: exact moments under free relabelling, and many pairs at once.

The lists of all first sides are kept as bits of one word for each example, so that a neighbour of a second side is looked up
once for all of them: a matrix of 25 x 25 costs about as much as 25 pairs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ...graph import NeighborGraph
from ..points import neighbor_indices
from ..uncertainty import Asked, JointNull
from ._overlap_kernels import count_links, count_relabelled_all

NAME = "overlap_neighbors"
WORD = 63  # first sides that one word has bits for


def moments(first: npt.NDArray[np.integer], second: npt.NDArray[np.integer]) -> tuple[float, float]:
    """Return mean and standard deviation of the overlap when the examples of one graph are relabelled freely.

    The number of common links is a sum over pairs of links, which share two ends, one end, or none; each kind has its count
    in either graph. Links that go both ways and points that stand in many lists make the spread wider than that of lists drawn
    at random.
    """
    n, k = first.shape
    links = n * k
    mutual, shared_in, shared, apart = [], [], [], []
    for lists in (first, second):
        both, into = count_links(np.ascontiguousarray(lists))
        crossed = n * k * k - both
        mutual.append(both)
        shared_in.append(into)
        shared.append(crossed)
        apart.append(links**2 - links - both - n * k * (k - 1) - into - 2 * crossed)
    pairs, triples = n * (n - 1), n * (n - 1) * (n - 2)
    variance = (links**2 + mutual[0] * mutual[1]) / pairs
    variance += ((links * (k - 1)) ** 2 + shared_in[0] * shared_in[1] + 2 * shared[0] * shared[1]) / triples
    if n > 3:
        variance += apart[0] * apart[1] / (triples * (n - 3))
    variance -= (links * k / (n - 1)) ** 2
    return k / (n - 1), math.sqrt(max(0.0, variance)) / links


def nulls(
    sides: Mapping[int, NeighborGraph], pairs: Sequence[tuple[int, int]], asked: Asked, *, options: Mapping[str, Any]
) -> JointNull:
    """Return the overlap of all pairs under shared relabellings, exact at any number of examples."""
    k = int(options["k"])
    firsts, seconds = (sorted({pair[end] for pair in pairs}) for end in (0, 1))
    lists = {
        place: np.ascontiguousarray(neighbor_indices(sides[place], k, name="a graph", function=NAME), dtype=np.int32)
        for place in {*firsts, *seconds}
    }
    n = next(iter(lists.values())).shape[0]
    orders = np.stack(asked.orders(n)).astype(np.int32)
    right = np.stack([lists[place] for place in seconds])
    counts = np.empty((len(firsts), len(orders), len(seconds)), dtype=np.int64)
    for start in range(0, len(firsts), WORD):
        left = np.stack([lists[place] for place in firsts[start : start + WORD]])
        counts[start : start + WORD] = count_relabelled_all(left, right, orders).transpose(1, 0, 2)
    at = [{place: row for row, place in enumerate(held)} for held in (firsts, seconds)]
    values = np.stack([counts[at[0][one], :, at[1][other]] for one, other in pairs]) / (n * k)
    return JointNull(values, f"{asked.permutations} relabellings of the {asked.free.name}")
