"""Tables of embeddings: a column that holds a vector in each cell, or a column for each dimension."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError, InputTypeError, StoreError, needs_extra
from .._room import check_room
from .._told_apart import LABELS
from ._form import Held

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]
NUMBERED = re.compile(r"(?P<stem>.*?)[ _.\-\[(]*(?P<number>\d+)[\])]?")
CELL = 64  # bytes of a cell that is a Python object


def read_parquet(path: Path) -> Held:
    """Return the layers and columns of a .parquet or .feather file."""
    try:
        import pyarrow
        import pyarrow.feather
        import pyarrow.parquet
    except ImportError as problem:
        raise needs_extra(f"reading {path.name}", "pyarrow", "models") from problem
    try:
        if path.suffix == ".parquet":
            about = pyarrow.parquet.ParquetFile(path).metadata
            groups = (about.row_group(place) for place in range(about.num_row_groups))
            check_room(2 * sum(group.total_byte_size for group in groups), f"{path}, unpacked,")
            table = pyarrow.parquet.read_table(path, use_threads=False)
        else:
            table = pyarrow.feather.read_table(path)
        frame = table.to_pandas()
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, OverflowError) as problem:
        if isinstance(problem, InputError):
            raise
        raise InputError(f"{path} cannot be read as a table: {str(problem)[:200]}.") from problem
    return of_frame(frame.reset_index() if frame.index.name is not None else frame, str(path), name=path.stem)


def write_parquet(path: Path, layers: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    """Write a column of vectors for each layer, and the columns as they are."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as problem:
        raise needs_extra("writing parquet", "pyarrow", "models") from problem
    try:
        held = {name: pyarrow.array(values) for name, values in columns.items()}
        for name, array in layers.items():
            flat = pyarrow.array(np.ascontiguousarray(array).reshape(-1))
            held[name] = pyarrow.FixedSizeListArray.from_arrays(flat, array.shape[1])
        pyarrow.parquet.write_table(pyarrow.table(held), path)
    except (pyarrow.ArrowException, OSError, ValueError, TypeError) as problem:
        raise StoreError(f"{path} cannot be written: {str(problem)[:200]}.") from problem


def of_frame(frame: pd.DataFrame, where: str, *, name: str = "layer0") -> Held:
    """Return what a table holds: cells that are vectors are layers, numbered columns of numbers are the dimensions of one.

    Where neither is there, all columns of floats together are one layer, called `name`. The rest are columns of the examples.

    Raises
    ------
    InputError
        If a column of vectors has gaps or vectors of different lengths, or there is no layer.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"emb_1": [0.5, 1.0], "emb_0": [2.0, 3.0], "kind": ["a", "b"]})
    >>> held = of_frame(frame, "frame")
    >>> held.arrays["emb"].tolist(), list(held.columns)
    ([[2.0, 0.5], [3.0, 1.0]], ['kind'])
    """
    if getattr(frame.columns, "nlevels", 1) > 1:
        raise InputTypeError(
            f"{where} must have one name for each column. Got {frame.columns.nlevels} levels of names."
        )
    if frame.columns.has_duplicates:
        twice = sorted(set(map(str, frame.columns[frame.columns.duplicated()])))
        raise InputError(f"{where} must have columns of different names. Got {', '.join(twice)} twice.")
    if not len(frame):
        raise InputError(f"{where} holds no example.")
    frame = frame.rename(columns=str)
    if frame.index.name == "id" and "id" not in frame.columns:
        frame = frame.reset_index()
    held = Held(certain=True, flatten=False)
    used: set[str] = set()
    for column in frame.columns:
        if _holds_vectors(frame[column]):
            held.arrays[column] = _vectors(frame[column], f"{column} in {where}")
            used.add(column)
    for stem, columns in ({} if used else _numbered(frame)).items():  # beside vectors, numbered columns are values
        held.arrays[stem or name] = np.column_stack([frame[column].to_numpy() for column in columns])
        held.notes.append(
            f"took {len(columns)} columns {columns[0]} to {columns[-1]} for the dimensions of {stem or name}"
        )
        used |= set(columns)
    if not held.arrays:
        floats = [c for c in frame.columns if frame[c].dtype.kind == "f" and not LABELS.fullmatch(c)]
        if not floats:
            kinds = ", ".join(f"{c} {frame[c].dtype}" for c in list(frame.columns)[:8])
            raise InputError(f"{where} must have a column of vectors, or a column for each dimension. Got {kinds}.")
        held.arrays[name] = frame[floats].to_numpy()
        held.notes.append(f"took the columns {', '.join(floats[:8])}{', ...' if len(floats) > 8 else ''} for one layer")
        used |= set(floats)
    held.columns = {str(c): _column(frame[c]) for c in frame.columns if c not in used}
    return held


def _holds_vectors(column: pd.Series[Any]) -> bool:
    """Whether the first cell that is none of the missing holds several numbers."""
    if column.dtype.kind != "O":
        return False
    first = next((one for one in column if one is not None), None)
    return isinstance(first, list | tuple | np.ndarray) and np.ndim(first) >= 1 and not isinstance(first[0], str)


def _vectors(column: pd.Series[Any], what: str) -> Any:
    cells = [None if one is None else _cell(one) for one in column]
    for row, cell in enumerate(cells):
        if cell is None or cell.dtype.kind not in "fiub":
            came = "none" if cell is None else f"dtype {cell.dtype}"
            raise InputError(f"{what} must hold a vector of numbers in every row. Row {row} has {came}.")
    if any(cell.ndim > 1 for cell in cells if cell is not None):
        return cells  # tokens of each example
    widths = [len(cell) for cell in cells if cell is not None]
    if len(set(widths)) > 1:
        row = next(place for place, width in enumerate(widths) if width != widths[0])
        raise InputError(
            f"{what} must hold vectors of one length. Row 0 has {widths[0]} numbers, row {row} has {widths[row]}."
        )
    return np.stack([cell for cell in cells if cell is not None])


def _cell(value: Any) -> Array:
    """Return a cell as an array; of a list of lists, the tokens of an example."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return np.stack([np.asarray(one) for one in value]) if len({np.shape(one) for one in value}) == 1 else value
    return np.asarray(value)


def _numbered(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return stem -> columns of numbers that count from 0 or 1 without a gap, in the order of their numbers."""
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for column in frame.columns:
        match = NUMBERED.fullmatch(column)
        if match is not None and frame[column].dtype.kind in "fiub" and len(match["number"]) < 10:
            found[match["stem"]][int(match["number"])] = column
    return {
        stem: [members[number] for number in sorted(members)]
        for stem, members in found.items()
        if len(members) > 1 and min(members) in (0, 1) and max(members) - min(members) == len(members) - 1
    }


def _column(column: pd.Series[Any]) -> Array:
    if str(column.dtype) == "category":
        column = column.astype(column.cat.categories.dtype)
    array: Array = column.to_numpy()
    return array.astype(str) if str(column.dtype) in ("str", "string") and not column.isna().any() else array
