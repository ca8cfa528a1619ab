"""Arrays taken into a store: every entry checked, every number kept as it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ... import _check
from ..._types import LayerInfo, Progress
from ...errors import InputError, InputTypeError
from ...examples import ArrayLayers, Form, GivenColumns, Rows, layers_in_memory, read_layers
from ...store import StoreWriter

FUNCTION = "import_arrays"
ROWS = 512
Found = tuple[int, tuple[LayerInfo, ...], tuple[str, ...], tuple[str, ...]]  # n, layers, columns, notes


def layers_of(source: Any, form: Form, *, on_disk: bool) -> ArrayLayers:
    """Read the layers of a path, or of what is in memory.

    Raises
    ------
    InputError, InputTypeError
        As of :func:`repscape.examples.read_layers`, or if it is nothing that holds layers.
    """
    if on_disk:
        return read_layers(source, form=form)
    held = {str(name): values for name, values in source.items()} if isinstance(source, Mapping) else source
    read = layers_in_memory(held, form=form, function=FUNCTION)
    if read is None and isinstance(held, Mapping):
        read = layers_in_memory(held, form=form, function=FUNCTION, plain=True)
    if read is None:
        raise InputTypeError(
            f"source of {FUNCTION} must be a path, an array, a list or dict of arrays, a DataFrame or AnnData. "
            f"Got {type(source).__name__}."
        )
    return read


def import_points(
    read: ArrayLayers, target: Path, columns: GivenColumns, *, tell: Progress, made: Mapping[str, Any]
) -> Found:
    """Check layers and columns, and write them into a store; return what was taken in."""
    import pandas as pd  # here, so that opening a source loads no pandas

    arrays = {layer: _check.points(values, f"layer {layer.key!r}", FUNCTION) for layer, values in read.layers.items()}
    n = next(iter(arrays.values())).shape[0]
    joined, notes = columns.joined(Rows(n, "the layers", read.columns.get("id"), columns=read.columns), FUNCTION)
    merged = {**read.columns, **joined}
    checked = {name: _check.column(values, f"column {name!r}", FUNCTION, n=n) for name, values in merged.items()}
    writer = StoreWriter.create(
        target,
        {layer: (values.shape[1], _stored(values, layer)) for layer, values in arrays.items()},
        rows=n,
        examples=pd.DataFrame({"id": np.arange(n), **checked}),
        provenance=made,
        slab_rows=ROWS,
    )
    for start in range(0, n, ROWS):
        done = writer.append({layer: values[start : start + ROWS] for layer, values in arrays.items()})
        tell(done, n, "rows")
    return n, tuple(arrays), tuple(checked), (*read.notes, *notes)


def _stored(values: npt.NDArray[Any], layer: LayerInfo) -> np.dtype[Any]:
    """Return the smallest float type that holds every value as it is."""
    if values.dtype.kind == "f":
        if values.dtype.itemsize > 8:
            raise InputError(f"layer {layer.key!r} of import_arrays must be of at most 64 bits. Got {values.dtype}.")
        return values.dtype.newbyteorder("=")
    if values.dtype.itemsize <= 2:
        return np.dtype(np.float32)
    if values.dtype.itemsize == 8 and max(abs(int(values.min())), abs(int(values.max()))) > 2**53:
        raise InputError(
            f"layer {layer.key!r} of import_arrays holds integers beyond 2^53, which a float64 cannot hold."
        )
    return np.dtype(np.float64)
