"""Published neighbour arrays: find where the point itself is listed, take it out, and refuse what cannot be a graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError, InputTypeError

FUNCTION = "NeighborGraph.from_arrays"
Read = tuple[npt.NDArray[Any] | None, npt.NDArray[np.float64] | None]


def read_arrays(indices: Any, distances: Any, self_column: str) -> Read:
    """Return clean (indices, distances) without the point itself; either may be None."""
    _check.choice(self_column, "self_column", FUNCTION, ("auto", "first", "none"))
    if indices is None and distances is None:
        raise InputError(f"{FUNCTION} needs indices, distances or both. Got neither.")
    neighbors = None if indices is None else _checked_indices(indices)
    lengths = None if distances is None else _checked_distances(distances)
    if neighbors is not None and lengths is not None:
        _check.same_rows(neighbors.shape[0], lengths.shape[0], ("indices", "distances"), FUNCTION)
    neighbors, lengths = _without_self(neighbors, lengths, self_column)
    if any(array is not None and array.shape[1] < 1 for array in (neighbors, lengths)):
        raise InputError(f"{FUNCTION}: nothing is left once the point itself is taken out of its own neighbours.")
    return (
        None if neighbors is None else np.ascontiguousarray(neighbors).copy(),
        None if lengths is None else np.ascontiguousarray(lengths).copy(),
    )


def check_arrays(indices: Any, distances: Any, members: Any) -> None:
    """Refuse arrays that would lead a compiled loop out of bounds, wherever they come from. One pass over each."""
    whose = "NeighborGraph"
    for name, array, kinds, ndim in (
        ("indices", indices, "iu", 2),
        ("distances", distances, "f", 2),
        ("members", members, "iu", 1),
    ):
        if array is None:
            continue
        if not isinstance(array, np.ndarray) or array.dtype.kind not in kinds or not array.dtype.isnative:
            found = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            numbers = "integers" if kinds == "iu" else "floats"
            raise InputTypeError(f"{name} of {whose} must be an array of {numbers} of this machine. Got {found}.")
        if array.ndim != ndim:
            raise InputError(f"{name} of {whose} must have {ndim} axes. Got shape {array.shape}.")
    if indices is not None and distances is not None:
        _check.same_rows(len(indices), len(distances), ("indices", "distances"), whose)
    n = len(indices) if indices is not None else 0 if distances is None else len(distances)
    for name, array in (("indices", indices), ("members", members)):
        if array is not None and array.size and not 0 <= int(array.min()) <= int(array.max()) < n:
            place = tuple(int(i) for i in np.argwhere((array < 0) | (array >= n))[0])
            raise InputError(f"{name} of {whose} must lie in [0, {n - 1}] (n - 1). Got {array[place]} at {place}.")
    if distances is not None and distances.size and not distances.min() >= 0:
        place = tuple(int(i) for i in np.argwhere(~(distances >= 0))[0])
        raise InputError(f"distances of {whose} must be at least 0. Got {distances[place]} at {place}.")


def _two_d(array: npt.NDArray[Any], name: str) -> None:
    if array.ndim != 2 or array.shape[0] < 3 or array.shape[1] < 1:
        raise InputError(f"{name} of {FUNCTION} must have shape (n, k) with n >= 3, k >= 1. Got {array.shape}.")


def _checked_indices(indices: Any) -> npt.NDArray[Any]:
    array = np.asarray(indices)
    if array.dtype.kind not in "iu":
        raise InputTypeError(f"indices of {FUNCTION} must be integers. Got dtype {array.dtype}.")
    _two_d(array, "indices")
    n = array.shape[0]
    wrong = (array < 0) | (array >= n)
    if wrong.any():
        row, col = np.argwhere(wrong)[0]
        raise InputError(
            f"indices of {FUNCTION} must lie in [0, {n - 1}] (n - 1). Got {array[row, col]} in row {row}, column {col}."
        )
    ordered = np.sort(array, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
    if twice.any():
        row = int(np.flatnonzero(twice)[0])
        raise InputError(f"indices of {FUNCTION} must not repeat in a row. Row {row} is {array[row].tolist()}.")
    return array.astype(np.int32 if n < 2**31 else np.int64, copy=False)


def _checked_distances(distances: Any) -> npt.NDArray[np.float64]:
    array = np.asarray(distances)
    if array.dtype.kind not in "fiu":
        raise InputTypeError(f"distances of {FUNCTION} must be real numbers. Got dtype {array.dtype}.")
    _two_d(array, "distances")
    _check.finite(array, "distances", FUNCTION)
    array = array.astype(np.float64, copy=False)
    if (array < 0).any():
        row, col = np.argwhere(array < 0)[0]
        raise InputError(
            f"distances of {FUNCTION} must not be negative. Got {array[row, col]} in row {row}, column {col}."
        )
    falls = np.diff(array, axis=1) < 0
    if falls.any():
        row, col = np.argwhere(falls)[0]
        raise InputError(
            f"distances of {FUNCTION} must not decrease along a row. Row {row} goes from {array[row, col]} "
            f"to {array[row, col + 1]} at column {col + 1}."
        )
    return array


def _without_self(
    neighbors: npt.NDArray[Any] | None, lengths: npt.NDArray[np.float64] | None, self_column: str
) -> Read:
    if neighbors is None:
        return None, _distances_without_self(lengths, self_column)  # type: ignore[arg-type]
    own = neighbors == np.arange(neighbors.shape[0])[:, None]
    listed = own.any(axis=1)
    if self_column == "none" and listed.any():
        raise InputError(
            f"self_column='none' of {FUNCTION} says that no point is its own neighbour. "
            f"{int(listed.sum())} rows list themselves, the first is row {int(np.flatnonzero(listed)[0])}."
        )
    if self_column == "first" and not own[:, 0].all():
        row = int(np.flatnonzero(~own[:, 0])[0])
        raise InputError(
            f"self_column='first' of {FUNCTION} says that every point comes first in its own row. "
            f"Row {row} begins with {neighbors[row, 0]}; self_column='auto' finds the point wherever it stands."
        )
    if not listed.any():
        return neighbors, lengths
    return _cut_own_place(neighbors, lengths, own, listed)


def _cut_own_place(
    neighbors: npt.NDArray[Any], lengths: npt.NDArray[np.float64] | None, own: npt.NDArray[np.bool_], listed: Any
) -> Read:
    """Take the point itself out of each row; where copies have pushed it out, the last neighbour goes instead."""
    place = np.where(listed, own.argmax(axis=1), neighbors.shape[1] - 1)
    if lengths is None:
        return _without_column(neighbors, place), None
    # In the first column the point itself may carry the rounding of a published file; further right it must be a tie.
    seen = listed & (place > 0) & (place < lengths.shape[1])
    away = np.flatnonzero(seen)[lengths[seen, place[seen]] > 0]
    if away.size:
        row = int(away[0])
        raise InputError(
            f"distances of {FUNCTION} must be 0 from a point to itself. "
            f"Row {row} lists itself at {lengths[row, place[row]]}."
        )
    pushed_out = ~listed & (lengths[:, 0] > 0)
    if pushed_out.any():
        row = int(np.flatnonzero(pushed_out)[0])
        raise InputError(
            f"indices of {FUNCTION} list most points as their own neighbour, but not row {row}, and it has no copy "
            f"at distance 0 that could have taken the place (its nearest is at {lengths[row, 0]})."
        )
    return _without_column(neighbors, place), _without_column(lengths, np.minimum(place, lengths.shape[1] - 1))


def _without_column(array: npt.NDArray[Any], column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Leave out one column of each row."""
    kept = np.arange(array.shape[1]) != column[:, None]
    rest: npt.NDArray[Any] = array[kept].reshape(array.shape[0], array.shape[1] - 1)
    return rest


def _distances_without_self(lengths: npt.NDArray[np.float64], self_column: str) -> npt.NDArray[np.float64]:
    zeros = lengths[:, 0] == 0
    if self_column == "first" and not zeros.all():
        row = int(np.flatnonzero(~zeros)[0])
        raise InputError(
            f"self_column='first' of {FUNCTION} says that the first distance is 0, from the point to itself. "
            f"Row {row} begins with {lengths[row, 0]}."
        )
    if self_column == "none" or not zeros.all():
        return lengths
    return lengths[:, 1:]
