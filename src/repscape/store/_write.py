"""Write a store slab by slab: what is committed survives a kill at any moment, and running again goes on from there.

A slab's chunks are written for all layers, then one small file is replaced that raises the committed number of rows.
Rows written but not committed are invisible; the next run writes the same rows over them.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import zarr

from .._types import COLUMN, LayerInfo
from ..errors import InputError, StoreError, StudyMismatchError
from ..machine import is_far, place_of, sync_files, whole_folder
from ._format import (
    VERSION,
    chunk_files,
    metadata_seal,
    open_root,
    plain,
    put_group,
    reading,
    writing,
    zarr_place,
)
from ._leftovers import AGAIN, remove_leftovers, remove_unfinished
from ._lock import Lock
from ._read import opened_layers
from ._slabs import check_layers, slabs_seal
from ._wanted import Wanted, Widths

if TYPE_CHECKING:
    import pandas as pd


class StoreWriter:
    """Appends rows to a store; made by `create` or `resume`. While it lives, other processes cannot write there."""

    def __init__(self, path: Path, about: dict[str, Any], *, lock: Lock | _NoLock, sync: bool) -> None:
        self.path = path
        self._lock = lock
        self._sync = sync
        self._root = zarr.open_group(zarr_place(path), mode="r+", zarr_format=3)
        self._arrays = {info: array for _, info, array in opened_layers(path, self._root, about)}
        if about["committed"] % about["slab_rows"]:
            for info, array in self._arrays.items():
                with reading(f"layer {info.key!r} of {path}, in {array.path}"):
                    array[about["committed"] - 1]  # the next append goes on inside this chunk: it must be sound
        self._about = self._sealed(about)

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
        sync: bool = True,
    ) -> StoreWriter:
        """Make an empty store; it appears whole or not at all.

        Parameters
        ----------
        path
            A folder that does not exist yet, or is empty.
        layers
            LayerInfo -> (width d, dtype float16, float32 or float64); their keys must differ. One of the site `COLUMN` is a
            column of the examples, of width 1, that is written with the rows.
        rows
            How many rows there will be.
        examples
            One row of columns for each row of the arrays.
        provenance
            Where the rows come from, in JSON's terms; `resume` compares it.
        slab_rows
            Rows in a chunk; appending that many at a time writes each chunk once.
        sync
            Whether each commit waits until the disk has it, so that not even a power cut takes it back.

        Raises
        ------
        InputError
            Two layers share a key, a width is not positive, or the table is of another length.
        BusyError
            Another process is writing there.
        StoreError
            The folder holds something, or cannot be written.
        """
        where = place_of(path)
        wanted = Wanted.of(layers, rows=rows, examples=examples, provenance=provenance, slab_rows=slab_rows)
        if where.exists() and (not where.is_dir() or any(where.iterdir())):
            raise StoreError(f"{where} holds something already. Resume it, choose another folder, or delete it.")
        with writing(str(where), AGAIN):
            if not is_far(where):
                where.parent.mkdir(parents=True, exist_ok=True)
            lock = _taken(where)
            try:
                remove_unfinished(where)
                with whole_folder(where, sync=sync) as beside:
                    wanted.make(beside, sync=sync)
            except BaseException:
                lock.release()
                raise
        return cls(where, wanted.about, lock=lock, sync=sync)

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
        sync: bool = True,
    ) -> StoreWriter:
        """Open a store to go on appending; everything must be as `create` was told.

        Parameters
        ----------
        path, layers, rows, examples, provenance, slab_rows, sync
            As for `create`.
        free
            Entries of the provenance that may differ, such as "created".

        Raises
        ------
        StudyMismatchError
            The store holds another study; the message names each entry that differs.
        BusyError
            Another process is writing there.
        StoreError
            There is no store, or it is damaged.
        """
        where = place_of(path)
        wanted = Wanted.of(layers, rows=rows, examples=examples, provenance=provenance, slab_rows=slab_rows)
        open_root(where)
        lock = _taken(where)
        try:
            _, about = open_root(where)
            if about["kind"] != "activations":
                raise StoreError(f"{where} is no store of activations.")
            if differing := wanted.differing(where, about, free):
                more = f"; and {len(differing) - 4} more" if len(differing) > 4 else ""
                raise StudyMismatchError(
                    f"{where} holds another study: {'; '.join(differing[:4])}{more}. "
                    "Choose another folder, or delete this one to start anew."
                )
            check_layers(where, about)
            remove_leftovers(where, about)
            return cls(where, about, lock=lock, sync=sync)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Let other processes write; a store that is complete, or a writer that is gone, has done so."""
        self._lock.release()

    def _sealed(self, about: Mapping[str, Any]) -> dict[str, Any]:
        """Return the root attributes in today's format, with a digest of all chunks that no append will touch again."""
        whole = about["committed"] == about["rows"]
        slabs = -(-about["committed"] // about["slab_rows"]) if whole else about["committed"] // about["slab_rows"]
        before, done = about.get("chunks", ""), about.get("slabs", 0)
        layers = [
            {**entry, "metadata": metadata_seal(self.path / "layers" / entry["array"])} for entry in about["layers"]
        ]
        return {
            **about,
            "format": VERSION,
            "layers": layers,
            "slabs": slabs,
            "chunks": slabs_seal(self.path, about, range(done, slabs), before=before),
        }

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
            LayerInfo -> (rows, d) finite floats, for every layer of the store, all of the same number of rows. NaN may stand in
            a column of the examples, (rows, 1), where a row has no such number.
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
            if self._sync:
                sync_files(self._chunks(start, stop))
            after = self._sealed(after)
            put_group(self.path, after, sync=self._sync)
        self._about = after
        if self.complete:
            self.close()
        return stop

    def _chunks(self, start: int, stop: int) -> Iterator[Path]:
        """Yield the files that hold rows, and the folders that hold their names."""
        about = self._about
        chunks = range(start // about["slab_rows"], (stop - 1) // about["slab_rows"] + 1)
        for entry in about["layers"]:
            folder, shape = self.path / "layers" / entry["array"], (about["rows"], entry["width"])
            for file in chunk_files(folder, shape, rows=about["slab_rows"], chunks=chunks):
                yield file
                yield file.parent
                yield file.parent.parent

    def _checked(self, info: LayerInfo, array: Any) -> npt.NDArray[Any]:
        if info not in self._arrays:
            raise InputError(f"append got layer {info.key!r}, which is not in {self.path}.")
        target = self._arrays[info]
        given = np.asarray(array)
        if given.ndim != 2 or given.shape[1] != target.shape[1] or not len(given):
            raise InputError(f"layer {info.key!r} of append must be (rows, {target.shape[1]}). Got {given.shape}.")
        with np.errstate(over="ignore"):  # said below, with its place
            values = given.astype(target.dtype, copy=False)
        bad = np.isinf(values) if info.site == COLUMN else ~np.isfinite(values)
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise InputError(
                f"layer {info.key!r} of append must be finite in {target.dtype}. "
                f"Got {given[row, column]} in row {row + self.committed}, column {column}."
            )
        return values


class _NoLock:
    """Object stores have no locks: who writes second is told by the rows that the first committed."""

    def release(self) -> None:
        """Nothing is held."""


def _taken(path: Path) -> Lock | _NoLock:
    """Take the lock of a store, which lies beside it."""
    if is_far(path):
        return _NoLock()
    lock = Lock(path.with_name(f".{path.name}.lock"), path, shared_by_process=True)
    lock.take()
    return lock
