"""Read a store: layers by name, rows by blocks, and never a row that was not committed or whose bits have changed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import zarr

from .. import _check
from .._types import COLUMN, Brief, LayerInfo, Markup, bars, brief, card, cut, element
from ..errors import InputError, StoreError, UnknownNameError
from ..machine import check_inside, place_of
from ._arrays import list_groups, read_group
from ._format import (
    ZarrArray,
    check_claim,
    check_seal,
    metadata_seal,
    missing_chunk,
    open_array,
    open_root,
    reading,
)
from ._slabs import check_layers
from ._table import table_of

Array = npt.NDArray[Any]
NAMED = 300  # characters of the names of layers on a card


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StoredLayer(Brief):
    """One layer (n, d) on disk; slices and `numpy.asarray` read it, chunk by chunk."""

    info: LayerInfo
    """Which layer it is."""
    shape: tuple[int, int]
    """Committed rows and width."""
    dtype: np.dtype[Any]
    """float16, float32 or float64."""
    folder: Path
    """Where its chunks lie."""
    slab_rows: int
    """Rows in a chunk: reading by multiples of it decodes each chunk once."""
    array: ZarrArray
    """The zarr array, which may hold rows that are not committed."""

    @property
    def ndim(self) -> int:
        """Always 2."""
        return 2

    @property
    def nbytes(self) -> int:
        """Bytes it takes in memory."""
        return self.shape[0] * self.shape[1] * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __reduce__(self) -> Any:
        """Travel to another process as a path and a name."""
        return stored_layer, (self.folder.parents[1], self.info.key)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if copy is False:
            raise ValueError("a layer on disk cannot become an array without a copy")
        return self._block(0, self.shape[0]).astype(dtype or self.dtype, copy=False)

    def __getitem__(self, key: Any) -> Array:
        rows, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        n = self.shape[0]
        if rows is Ellipsis or (isinstance(rows, slice) and rows == slice(None)):
            values = self._block(0, n)
        elif isinstance(rows, slice):
            picked = range(n)[rows]
            values = self._block(picked.start, picked.stop) if picked.step == 1 else self._gather(np.asarray(picked))
        elif np.ndim(rows) == 0:
            place = range(n)[rows]  # raises IndexError as a list does
            row: Array = self._block(place, place + 1)[0]
            return row[rest] if rest else row
        else:
            values = self._gather(self._row_numbers(np.asarray(rows)))
        return values[(slice(None), *rest)] if rest else values

    def _row_numbers(self, rows: Array) -> Array:
        n = self.shape[0]
        if rows.dtype == bool and rows.shape == (n,):
            return np.flatnonzero(rows)
        if rows.ndim != 1 or (rows.size and rows.dtype.kind not in "iu"):
            raise IndexError(f"rows must be row numbers or a mask of {n}. Got {rows.dtype} of shape {rows.shape}.")
        if rows.size and (rows.min() < -n or rows.max() >= n):
            raise IndexError(f"rows must lie in [{-n}, {n - 1}]. Got {rows.min()} to {rows.max()}.")
        return np.where(rows < 0, rows + n, rows).astype(np.int64)

    def _gather(self, rows: Array) -> Array:
        """Read rows in any order, each chunk once."""
        out = np.empty((len(rows), self.shape[1]), self.dtype)
        slabs = rows // self.slab_rows
        for slab in np.unique(slabs):
            start = int(slab) * self.slab_rows
            wanted = np.flatnonzero(slabs == slab)
            out[wanted] = self._block(start, min(start + self.slab_rows, self.shape[0]))[rows[wanted] - start]
        return out

    def _block(self, start: int, stop: int) -> Array:
        """Read rows start to stop, or name the chunk that is damaged or missing."""
        if stop <= start:
            return np.empty((0, self.shape[1]), self.dtype)
        chunks = range(start // self.slab_rows, (stop - 1) // self.slab_rows + 1)
        check_claim((stop - start, self.shape[1]), self.dtype.itemsize, self.folder)
        try:
            with reading(f"layer {self.info.key!r} of {self.folder}"):
                values = np.asarray(self.array[start:stop])
        except StoreError:
            for chunk in chunks:  # find the one to name
                with reading(self._place(chunk)):
                    self.array[chunk * self.slab_rows]
            raise
        lost = missing_chunk(self.folder, self.array.shape, rows=self.slab_rows, chunks=chunks)
        if lost is not None:
            raise StoreError(f"{self._place(lost)} are missing: the file of chunk {lost} is gone.")
        return values

    def _place(self, chunk: int) -> str:
        first = chunk * self.slab_rows
        last = min(first + self.slab_rows, self.array.shape[0]) - 1
        return f"layer {self.info.key!r} in {self.folder}: rows {first} to {last}"


class Store(Mapping[str, StoredLayer]):
    """A store on disk as it was when it was opened: layer key -> rows; made by `open_store`."""

    def __init__(self, path: Path, root: zarr.Group, about: Mapping[str, Any]) -> None:
        self.path = path
        self.total_rows = int(about["rows"])
        self.slab_rows = int(about["slab_rows"])
        self.rows = int(about["committed"])
        self.state: dict[str, Any] = dict(about.get("state", {}))
        every = list(_layers(path, root, about))
        self._held = {layer.info.key: layer for layer in every if layer.info.site != COLUMN}
        self.columns = {layer.info.name: layer for layer in every if layer.info.site == COLUMN}

    @property
    def layers(self) -> tuple[str, ...]:
        """Keys of the layers, in the order they were declared."""
        return tuple(self._held)

    @property
    def complete(self) -> bool:
        """Whether all the rows that were planned are there."""
        return self.rows == self.total_rows

    def info(self, key: str) -> LayerInfo:
        """Return where in the network a layer was read."""
        return self[key].info

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Model, data, versions, options, seed: whatever the writer recorded."""
        return read_group(self.path, "provenance")[1]

    @cached_property
    def examples(self) -> pd.DataFrame:
        """The example table, one row for each committed row: id, labels, every other column, and what the pass gave of each."""
        table = pd.DataFrame({"id": np.arange(self.rows)})
        if "examples" in list_groups(self.path):
            table = table_of(*read_group(self.path, "examples")).iloc[: self.rows]
        more = {name: np.asarray(held)[:, 0] for name, held in self.columns.items()}
        return table.assign(**more) if more else table

    def __getitem__(self, key: str) -> StoredLayer:
        if key not in self._held:
            raise UnknownNameError(
                f"{self.path} has no layer {key!r}. It has {', '.join(self._held)}.{_check.near(key, self._held)}"
            )
        return self._held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __repr__(self) -> str:
        done = "" if self.complete else f" of {self.total_rows}"
        return f"Store({brief(str(self.path))}: {len(self)} layers, {self.rows}{done} rows)"

    def _repr_html_(self) -> Markup:
        """Return what a notebook shows: where it lies, how many rows there are, and the width of every layer."""
        done = (
            f"{self.rows:,}"
            if self.complete
            else f"{self.rows:,} of {self.total_rows:,}: the rest is still to be extracted"
        )
        every = [self._held[key] for key in self._held]
        widths = [layer.shape[1] for layer in every]
        kinds = ", ".join(dict.fromkeys(str(layer.dtype) for layer in every))
        facts = {"folder": self.path, "rows": done, "layers": cut(", ".join(self._held), NAMED), "kept as": kinds}
        said = f"width by layer: {min(widths):,} to {max(widths):,}" if widths else ""
        return card("Store of activations", facts, bars(widths, said=said), " ", element("small", said))


def open_store(path: str | os.PathLike[str]) -> Store:
    """Open a store for reading.

    Parameters
    ----------
    path
        A store, or a study folder that holds `activations.zarr`.

    Returns
    -------
    Store
        A mapping layer key -> rows on disk, with `layers`, `info(key)`, `examples` and `provenance`. It shows the rows
        that were committed when it was opened.

    Raises
    ------
    InputError
        There is no store at `path`.
    StoreError
        The store is damaged, of a later format, or a link leads out of it.

    Examples
    --------
    >>> import tempfile
    >>> from repscape.store import StoreWriter
    >>> layer, path = LayerInfo("h.0", 1, 1.0), Path(tempfile.mkdtemp()) / "run.zarr"
    >>> StoreWriter.create(path, {layer: (3, "float32")}, rows=2).append({layer: np.ones((2, 3))})
    2
    >>> store = open_store(path)
    >>> store.layers, store["h.0"].shape, np.asarray(store["h.0"]).sum()
    (('h.0',), (2, 3), np.float32(6.0))
    """
    where = place_of(path)
    if not (where / "zarr.json").is_file() and (where / "activations.zarr").is_dir():
        where = where / "activations.zarr"
    inner = sorted((where / "activations").glob("*.zarr")) if not (where / "zarr.json").is_file() else []
    if len(inner) == 1:
        (where,) = inner
    elif inner:
        raise InputError(f"{path} holds the stores of several models: open one of {', '.join(map(str, inner))}.")
    if not (where / "zarr.json").is_file():
        raise InputError(f"path of open_store must be a store, or a study folder with activations.zarr. Got {path}.")
    check_inside(where)
    if where != place_of(path):
        check_inside(place_of(path), [where])
    return reopen_store(where)


def reopen_store(where: Path) -> Store:
    """Open a store that this process knows, or writes; the files below it are not looked through again."""
    root, about = open_root(where)
    if about["kind"] != "activations":
        raise InputError(
            f"path of open_store must be a store of activations. Got {where}, which holds {about['kind']}."
        )
    return Store(where, root, about)


def stored_layer(path: Path, key: str) -> StoredLayer:
    """Open one layer of a store."""
    return reopen_store(path)[key]


def _layers(path: Path, root: zarr.Group, about: Mapping[str, Any]) -> Iterator[StoredLayer]:
    check_layers(path, about)
    for entry, info, array in opened_layers(path, root, about):
        shape = (about["committed"], entry["width"])
        folder = path / "layers" / entry["array"]
        yield StoredLayer(info, shape, np.dtype(entry["dtype"]), folder, about["slab_rows"], array)


def opened_layers(
    path: Path, root: zarr.Group, about: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], LayerInfo, ZarrArray]]:
    """Yield (entry in the root, layer, its array), each array as the root describes it."""
    for entry in about["layers"]:
        folder, info = path / "layers" / entry["array"], LayerInfo.of(entry)
        with reading(f"layer {info.key!r} of {path}"):
            check_seal(metadata_seal(folder), entry.get("metadata"), f"{folder / 'zarr.json'}")
            group = root["layers"]
            if not isinstance(group, zarr.Group):
                raise StoreError(f"{path / 'layers'} is damaged: it is no group.")
            shape = (about["rows"], entry["width"])
            yield entry, info, open_array(group, entry["array"], shape, dtype=entry["dtype"], where=folder)
