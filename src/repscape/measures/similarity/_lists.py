"""Lists of nearest neighbours of one side, and where two lists agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ... import _check
from ...graph import knn_graph
from ..points import IntArray, rows_of, unit_rows
from ._held import Held

Metric = Literal["cosine", "euclidean"]
Prepare = Callable[[Any, Mapping[str, Any], str], Held]


def held_lists(  # house: the points, how near is meant, and who asks
    X: Any, options: Mapping[str, Any], *, name: str, function: str, again: Prepare, unit: bool = False
) -> Held:
    """Find the k nearest neighbours of every example; `unit`: keep the rows of length 1 too."""
    source = rows_of(X, name, function, axis="examples")
    metric = _check.choice(options["metric"], "metric", function, ("cosine", "euclidean"))
    k = _check.integer(options["k"], "k", function, low=1, high=source.shape[0] - 1, why="n - 1")
    lists = np.asarray(knn_graph(source, k, metric=metric).indices, dtype=np.int64)
    rows = {"unit": unit_rows(source.astype(np.float64), name, function, centre=False)} if unit else {}
    return Held(source, lambda some: again(some, options, name), rows=rows, lists=lists)


def common_places(first: IntArray, second: IntArray) -> npt.NDArray[np.int64]:
    """Return (n, k) where the entries of the first lists stand in the second, -1 where they do not."""
    place = np.full(first.shape, -1, dtype=np.int64)
    for rank, column in enumerate(second.T):
        place[first == column[:, None]] = rank
    return place
