"""Published neighbour files: every form they come in, and every way in which they can be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.graph import NeighborGraph

INDICES = np.array([[0, 1, 2], [1, 0, 2], [2, 1, 0]])
DISTANCES = np.array([[0.0, 1.0, 3.0], [0.0, 1.0, 2.0], [0.0, 2.0, 3.0]])
read = NeighborGraph.from_arrays


def test_self_first():
    for how in ("auto", "first"):
        graph = read(INDICES, DISTANCES, self_column=how)
        assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0]]
        assert graph.distances.tolist() == [[1.0, 3.0], [1.0, 2.0], [2.0, 3.0]]


def test_no_self():
    graph = read(INDICES[:, 1:], DISTANCES[:, 1:], self_column="none")
    assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0]]
    assert read(INDICES[:, 1:], DISTANCES[:, 1:]).k == 2


def test_self_in_another_column_or_pushed_out_by_copies():
    # Rows 0, 1 and 3 are copies; row 1 lists itself second, row 3 not at all.
    indices = np.array([[0, 1, 3], [0, 1, 3], [2, 0, 1], [0, 1, 2]])
    distances = np.array([[0, 0, 0], [0, 0, 0], [0, 5, 5], [0, 0, 5.0]])
    graph = read(indices, distances)
    assert graph.indices.tolist() == [[1, 3], [0, 3], [0, 1], [0, 1]]
    assert graph.distances.tolist() == [[0, 0], [0, 0], [5, 5], [0, 0]]


def test_distances_alone():
    assert read(distances=DISTANCES).distances.tolist() == [[1.0, 3.0], [1.0, 2.0], [2.0, 3.0]]
    assert read(distances=DISTANCES, self_column="none").k == 3
    assert read(distances=DISTANCES[:, 1:]).k == 2
    assert read(distances=DISTANCES).indices is None


def test_inputs_are_copied_and_untouched():
    indices, distances = INDICES.copy(), DISTANCES.copy()
    graph = read(indices, distances)
    indices[:], distances[:] = 0, 9
    assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0]]
    assert graph.distances.max() == 3


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        (np.array([[0, 1], [1, 3], [2, 0]]), r"must lie in \[0, 2\].*Got 3 in row 1, column 1"),
        (np.array([[0, 1], [1, -1], [2, 0]]), "Got -1 in row 1"),
        (np.array([[0, 1, 1], [1, 0, 2], [2, 0, 1]]), r"must not repeat in a row. Row 0 is \[0, 1, 1\]"),
        (np.array([0, 1, 2]), "must have shape"),
        (np.zeros((2, 2), int), "must have shape"),
    ],
)
def test_wrong_indices(indices, message):
    with pytest.raises(InputError, match=message):
        read(indices)


@pytest.mark.parametrize(
    ("distances", "message"),
    [
        ([[0, 1, 2], [0, 3, 2], [0, 1, 2]], "must not decrease along a row. Row 1 goes from 3.0 to 2.0 at column 2"),
        ([[0, 1, 2], [-1, 1, 2], [0, 1, 2]], "must not be negative. Got -1.0 in row 1, column 0"),
        ([[0, 1, np.nan], [0, 1, 2], [0, 1, 2]], "must be finite"),
        ([[0, 1, np.inf], [0, 1, 2], [0, 1, 2]], "must be finite"),
    ],
)
def test_wrong_distances(distances, message):
    with pytest.raises(InputError, match=message):
        read(distances=np.array(distances, dtype=float))


@pytest.mark.parametrize("values", [np.array([["a"] * 2] * 3), np.array([[None] * 2] * 3)])
def test_wrong_types(values):
    with pytest.raises(InputTypeError, match="must be integers"):
        read(values)
    with pytest.raises(InputTypeError, match="must be real numbers"):
        read(distances=values)


def test_contradictions():
    with pytest.raises(InputError, match="Got neither"):
        read()
    with pytest.raises(InputError, match="says that no point is its own neighbour. 3 rows"):
        read(INDICES, self_column="none")
    with pytest.raises(InputError, match="Row 0 begins with 1"):
        read(INDICES[:, 1:], self_column="first")
    with pytest.raises(InputError, match="the same examples"):
        read(INDICES, np.tile(DISTANCES, (2, 1)))
    with pytest.raises(UnknownNameError, match="Did you mean 'first'"):
        read(INDICES, self_column="frist")
    with pytest.raises(InputError, match="nothing is left"):
        read(INDICES[:, :1])
    with pytest.raises(InputError, match="lists itself at 1"):
        read(np.array([[1, 0, 2], [1, 0, 2], [2, 1, 0]]), DISTANCES)
