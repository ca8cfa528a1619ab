"""Blocks of rows set side by side are the whole graph, to the bit."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from repscape.errors import InputError, UnknownNameError
from repscape.graph import joined_blocks, knn_graph, knn_rows
from tests.graph.point_sets import SETS


class Lazy:
    """Points that are read by slices alone."""

    def __init__(self, array):
        self._array, self.shape, self.dtype = array, array.shape, array.dtype

    def __getitem__(self, rows):
        return self._array[rows]


@pytest.mark.parametrize("name", SETS)
def test_the_rows_of_the_whole(name):
    X = SETS[name](300)
    n = len(X)
    k = min(7, n - 1)
    whole = knn_graph(X, k)
    cuts = [0, 1, n // 3, n - 1, n]
    source = Lazy(np.asarray(X)) if name == "grid" else X
    blocks = [knn_rows(source, k, start=a, stop=b) for a, b in pairwise(cuts) if a < b]
    joined = joined_blocks(X, blocks)
    np.testing.assert_array_equal(joined.indices, whole.indices)
    np.testing.assert_array_equal(joined.distances, whole.distances)
    assert joined.copy_bound == whole.copy_bound
    assert sum(joined.certificate.values()) == pytest.approx(1)


def test_what_is_no_block():
    X = np.arange(12.0).reshape(6, 2)
    for start, stop in ((2, 2), (-1, 3), (3, 7)):
        with pytest.raises(InputError, match="start and stop of knn_rows must be"):
            knn_rows(X, 2, start=start, stop=stop)
    with pytest.raises(InputError, match="k of knn_rows must be"):
        knn_rows(X, 6, start=0, stop=2)
    with pytest.raises(UnknownNameError, match="method of knn_rows"):
        knn_rows(X, 2, start=0, stop=2, method="approximate")
