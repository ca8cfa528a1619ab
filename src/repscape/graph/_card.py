"""What a notebook shows of a neighbour graph: how far neighbours are by rank, or how often points are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from .._types import Markup, bars, card, element, line

POINTS = 2_000
"""Points that the picture looks at, evenly spread."""
BINS = 24


def graph_card(
    title: str,
    facts: Mapping[str, object],
    *,
    indices: npt.NDArray[Any] | None,
    distances: npt.NDArray[np.float64] | None,
) -> Markup:
    """Return the card of a graph."""
    return card(title, {name: said for name, said in facts.items() if said}, _picture(indices, distances))


def _picture(indices: npt.NDArray[Any] | None, distances: npt.NDArray[np.float64] | None) -> Markup:
    if distances is not None and distances.size:
        seen = distances[:: max(1, distances.shape[0] // POINTS)]
        low, middle, high = np.quantile(seen, [0.1, 0.5, 0.9], axis=0)
        said = "distance by rank: median, and from the 10th to the 90th percentile"
        drawn = line(np.arange(1, distances.shape[1] + 1), middle, low, high, said=said)
    elif indices is not None and indices.size:
        named = np.bincount(indices.ravel(), minlength=indices.shape[0])
        said = f"how often points are among the neighbours of others: {named.min():,} to {named.max():,} times"
        drawn = bars(np.histogram(named, bins=BINS)[0], said=said)
    else:
        return Markup("")
    return element("div", drawn, " ", element("small", said))
