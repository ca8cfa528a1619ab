"""Write a store slab by slab: what is committed survives a kill at any moment, and running again goes on from there.

A slab's chunks are written for all layers, then one small file is replaced that raises the committed number of rows.
Rows written but not committed are invisible; the next run writes the same rows over them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import zarr
from zarr.storage import LocalStore

from .. import _check
from .._types import LayerInfo
from ..errors import InputError, InputTypeError, StoreError, StudyMismatchError
from ._arrays import read_group, write_arrays
from ._compare import differences, other_examples
from ._format import VERSION, ZarrArray, new_array, open_array, open_root, plain, reading, seal, writing
from ._table import arrays_of

if TYPE_CHECKING:
    import pandas as pd

Widths = Mapping[LayerInfo, tuple[int, Any]]
AGAIN = "Make room and run again: the work goes on from there."


class StoreWriter:
    """Appends rows to a store; made by `create` or `resume`."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        self.path = path
        self._about = about
        self._root = zarr.open_group(LocalStore(path), mode="r+", zarr_format=3)
        self._arrays = dict(_opened(self._root, path, about))

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        layers: Widths,
        *,
        rows: int,
        examples: pd.DataFrame | None = None,
        provenance: Mapping[str, Any] | None = None,
        slab_rows: int = 512,
    ) -> StoreWriter:
        """Make an empty store; it appears whole or not at all.

        Parameters
        ----------
        path
            A folder that does not exist yet, or is empty.
        layers
            LayerInfo -> (width d, dtype float16, float32 or float64); their keys must differ.
        rows
            How many rows there will be.
        examples
            One row of columns for each row of the arrays.
        provenance
            Where the rows come from, in JSON's terms; `resume` compares it.
        slab_rows
            Rows in a chunk; appending that many at a time writes each chunk once.

        Raises
        ------
        InputError
            Two layers share a key, a width is not positive, or the table is of another length.
        StoreError
            The folder holds something, or cannot be written.
        """
        where = Path(path)
        about = _described(layers, rows, slab_rows)
        if examples is not None and len(examples) != rows:
            raise InputError(
                f"examples of StoreWriter must have one row for each of the {rows} rows. Got {len(examples)}."
            )
        known = plain(provenance or {}, "provenance of StoreWriter")
        if where.exists() and (not where.is_dir() or any(where.iterdir())):
            raise StoreError(f"{where} holds something already. Resume it, choose another folder, or delete it.")
        with writing(str(where), AGAIN):
            where.parent.mkdir(parents=True, exist_ok=True)
            for leftover in where.parent.glob(f".{where.name}-*.new"):
                shutil.rmtree(leftover)
            beside = Path(tempfile.mkdtemp(prefix=f".{where.name}-", suffix=".new", dir=where.parent))
            try:
                root = zarr.open_group(LocalStore(beside), mode="a", zarr_format=3, attributes=seal(about))
                group = root.create_group("layers")
                for entry in about["layers"]:
                    shape = (rows, entry["width"])
                    new_array(group, entry["array"], shape, dtype=entry["dtype"], rows=slab_rows)
                write_arrays(beside, "provenance", {}, attributes=known)
                if examples is not None:
                    arrays, columns = arrays_of(examples)
                    write_arrays(beside, "examples", arrays, attributes=columns)
                beside.chmod(0o755)  # mkdtemp keeps others out
                beside.replace(where)
            finally:
                shutil.rmtree(beside, ignore_errors=True)
        return cls(where, about)

    @classmethod
    def resume(
        cls,
        path: str | os.PathLike[str],
        layers: Widths,
        *,
        rows: int,
        examples: pd.DataFrame | None = None,
        provenance: Mapping[str, Any] | None = None,
        slab_rows: int = 512,
        free: Collection[str] = (),
    ) -> StoreWriter:
        """Open a store to go on appending; everything must be as `create` was told.

        Parameters
        ----------
        path, layers, rows, examples, provenance, slab_rows
            As for `create`.
        free
            Entries of the provenance that may differ, such as "created".

        Raises
        ------
        StudyMismatchError
            The store holds another study; the message names each entry that differs.
        StoreError
            There is no store, or it is damaged.
        """
        where = Path(path)
        _, about = open_root(where)
        if about["kind"] != "activations":
            raise StoreError(f"{where} is no store of activations.")
        have = {name: about[name] for name in ("layers", "rows", "slab_rows")}
        want = _described(layers, rows, slab_rows)
        _, known = read_group(where, "provenance")
        asked = plain(provenance or {}, "provenance of StoreWriter")
        differing = [
            *differences(have, {name: want[name] for name in have}, ""),
            *differences(known, asked, "provenance", free=free),
            *other_examples(where, examples),
        ]
        if differing:
            raise StudyMismatchError(
                f"{where} holds another study: {'; '.join(differing[:4])}"
                f"{f'; and {len(differing) - 4} more' if len(differing) > 4 else ''}. "
                "Choose another folder, or delete this one to start anew."
            )
        _remove_leftovers(where, about)
        return cls(where, about)

    @property
    def committed(self) -> int:
        """Rows that readers see."""
        return int(self._about["committed"])

    @property
    def complete(self) -> bool:
        """Whether all rows are there."""
        return self.committed == int(self._about["rows"])

    @property
    def state(self) -> dict[str, Any]:
        """What the last `append` was given to remember, such as the batch size in use."""
        return dict(self._about["state"])

    def append(self, arrays: Mapping[LayerInfo, Any], *, state: Mapping[str, Any] | None = None) -> int:
        """Write the next rows of every layer and commit them; return the rows committed so far.

        Parameters
        ----------
        arrays
            LayerInfo -> (rows, d) finite floats, for every layer of the store, all of the same number of rows.
        state
            Small JSON values committed together with the rows, for whoever resumes.

        Raises
        ------
        InputError
            A layer is missing or unknown, a shape does not fit, an entry is NaN or infinite, or rows are too many.
        StoreError
            The disk is full, or someone else writes to this store; what was committed still stands.
        """
        start = self.committed
        values = {info: self._checked(info, array) for info, array in arrays.items()}
        lost = [info.key for info in self._arrays if info not in values]
        counts = {len(array) for array in values.values()}
        if lost or len(counts) != 1:
            raise InputError(
                f"arrays of append must hold every layer, with the same number of rows. "
                f"Got {sorted(counts)} rows; without {', '.join(lost) or 'none'}."
            )
        stop = start + counts.pop()
        if stop > self._about["rows"]:
            raise InputError(f"append would make {stop} rows of a store for {self._about['rows']}.")
        after = {**self._about, "committed": stop}
        if state is not None:
            after["state"] = plain(state, "state of append")
        if open_root(self.path)[1]["committed"] != start:
            raise StoreError(f"{self.path} is being written by someone else. Let it finish, or stop it, and run again.")
        with writing(f"rows {start} to {stop - 1} in {self.path}", f"The first {start} rows are safe. {AGAIN}"):
            for info, rows in values.items():
                self._arrays[info][start:stop] = rows
            self._root.attrs.put(seal(after))
        self._about = after
        return stop

    def _checked(self, info: LayerInfo, array: Any) -> npt.NDArray[Any]:
        if info not in self._arrays:
            raise InputError(f"append got layer {info.key!r}, which is not in {self.path}.")
        target = self._arrays[info]
        given = np.asarray(array)
        if given.ndim != 2 or given.shape[1] != target.shape[1] or not len(given):
            raise InputError(f"layer {info.key!r} of append must be (rows, {target.shape[1]}). Got {given.shape}.")
        with np.errstate(over="ignore"):  # said below, with its place
            values = given.astype(target.dtype, copy=False)
        bad = ~np.isfinite(values)
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise InputError(
                f"layer {info.key!r} of append must be finite in {target.dtype}. "
                f"Got {given[row, column]} in row {row + self.committed}, column {column}."
            )
        return values


def _described(layers: Widths, rows: int, slab_rows: int) -> dict[str, Any]:
    """Return the root attributes of a new store."""
    _check.integer(rows, "rows", "StoreWriter", low=1)
    _check.integer(slab_rows, "slab_rows", "StoreWriter", low=1)
    if not layers or len({info.key for info in layers}) != len(layers):
        raise InputError(f"layers of StoreWriter must have different keys. Got {[info.key for info in layers]}.")
    entries = []
    for i, (info, (width, dtype)) in enumerate(layers.items()):
        if np.dtype(dtype).kind != "f" or np.dtype(dtype).itemsize > 8:
            raise InputTypeError(f"dtype of layer {info.key!r} must be float16, float32 or float64. Got {dtype}.")
        width = _check.integer(width, f"width of layer {info.key!r}", "StoreWriter", low=1)
        entries.append({"array": f"{i:04d}", **asdict(info), "width": width, "dtype": np.dtype(dtype).name})
    about = {"format": VERSION, "kind": "activations", "rows": int(rows), "committed": 0, "slab_rows": int(slab_rows)}
    return {**about, "layers": entries, "state": {}}


def _opened(root: zarr.Group, path: Path, about: Mapping[str, Any]) -> Iterator[tuple[LayerInfo, ZarrArray]]:
    group = root["layers"]
    if not isinstance(group, zarr.Group):
        raise StoreError(f"{path / 'layers'} is damaged: it is no group.")
    for entry in about["layers"]:
        shape, where = (about["rows"], entry["width"]), path / "layers" / entry["array"]
        with reading(str(where)):
            array = open_array(group, entry["array"], shape, dtype=entry["dtype"], where=where)
            if about["committed"] % about["slab_rows"]:
                array[about["committed"] - 1]  # the next append goes on inside this chunk: it must be sound
        yield LayerInfo(entry["name"], entry["index"], entry["depth"], entry["site"]), array


def _remove_leftovers(path: Path, about: Mapping[str, Any]) -> None:
    """Remove half-written files, and chunks that hold no committed row."""
    slabs = -(-about["committed"] // about["slab_rows"])
    with writing(str(path), AGAIN):
        for leftover in path.rglob("*.partial"):
            leftover.unlink()
        for entry in about["layers"]:
            for chunk in (path / "layers" / entry["array"]).glob("c/*"):
                if int(chunk.name) >= slabs:
                    shutil.rmtree(chunk)
