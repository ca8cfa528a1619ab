"""Candidates of an approximate graph, through nearest-neighbour descent."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pynndescent

LEAST_CANDIDATES = 60  # of each point in a round of descent


def descended(rows: npt.NDArray[np.float32], keep: int, *, threads: int, seed: int) -> npt.NDArray[np.int32]:
    """Return (n, keep) candidates of each row, -1 where fewer were found; the row itself may be among them."""
    width = min(keep + 1, len(rows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rows whose lists did not fill: the recall counts them
        index: Any = pynndescent.NNDescent(
            rows,
            n_neighbors=width,
            random_state=seed,
            n_jobs=threads,
            max_candidates=max(LEAST_CANDIDATES, width),
            delta=0.0005,
            compressed=False,
        )
        found, _ = index.neighbor_graph
    return np.ascontiguousarray(found, dtype=np.int32)
