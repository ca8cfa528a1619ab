"""An example table as arrays of numbers and text, and back: no pickle, no column lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError

Array = npt.NDArray[Any]


def arrays_of(table: pd.DataFrame) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return (arrays, attributes) that hold the columns in order; the index is not kept.

    Numbers, booleans and dates keep their dtype, with a mask beside them where entries are missing; categories become
    their values; text is text; anything else (lists, dicts, mixtures) is kept as JSON, one text for each row.
    """
    names = [str(name) for name in table.columns]
    if len(set(names)) != len(names):
        raise InputError(f"examples must have columns of different names. Got {', '.join(names)}.")
    arrays, columns = {}, []
    for i, name in enumerate(names):
        values, missing, kind = _column(table.iloc[:, i])
        arrays[str(i)] = values
        if missing is not None:
            arrays[f"{i}.missing"] = missing
        columns.append({"name": name, "kind": kind})
    return arrays, {"columns": columns, "rows": len(table)}


def table_of(arrays: Mapping[str, Array], attributes: Mapping[str, Any]) -> pd.DataFrame:
    """Return the table that `arrays_of` took apart."""
    columns = {
        entry["name"]: _series(arrays[str(i)], arrays.get(f"{i}.missing"), entry["kind"])
        for i, entry in enumerate(attributes["columns"])
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(attributes["rows"]))


def _column(column: pd.Series[Any]) -> tuple[Array, Array | None, str]:
    """Return (values, mask of missing entries or None, kind): kind is text, json, or the name of a pandas dtype."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype if not column.isna().any() else object)
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc":
        return column.to_numpy(), None, dtype.name
    if isinstance(dtype, np.dtype) and dtype.kind in "mM":  # NaT is an integer of its own
        return column.to_numpy().view(np.int64), None, str(dtype)
    missing = column.isna().to_numpy(dtype=bool)
    mask = missing if missing.any() else None
    if pd.api.types.is_numeric_dtype(dtype) and hasattr(dtype, "numpy_dtype"):  # Int64, boolean, Float32 and so on
        filler: Any = dtype.type(0)
        return column.to_numpy(dtype=dtype.numpy_dtype, na_value=filler), mask, str(dtype)
    entries = column.to_numpy(dtype=object)
    if all(gone or (isinstance(entry, str) and _writable(entry)) for entry, gone in zip(entries, missing, strict=True)):
        return np.where(missing, "", entries), mask, "text"
    return np.array([json.dumps(entry, default=_described) for entry in entries], dtype=object), None, "json"


def _writable(text: str) -> bool:
    """Whether zarr's utf-8 text gives it back: not with half a surrogate pair, nor with a NUL."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _described(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else str(value)


def _series(values: Array, missing: Array | None, kind: str) -> pd.Series[Any]:
    if kind == "json":
        return pd.Series([json.loads(entry) for entry in values], dtype=object)
    if kind == "text":
        entries = values.astype(object)
        if missing is not None:
            entries[missing] = None
        return pd.Series(entries.tolist(), dtype=None if len(entries) else "str")
    if kind.startswith(("datetime64", "timedelta64")):
        return pd.Series(values.view(kind))
    column: pd.Series[Any] = pd.Series(values, dtype=pd.api.types.pandas_dtype(kind))
    return column if missing is None else column.mask(missing)
