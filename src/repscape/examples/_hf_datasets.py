"""Hugging Face data sets: saved folders, folders of data files, hub names, and Dataset objects."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError, UnknownNameError, needs_extra
from ._image_files import decoded
from ._images import gathered
from ._source import Array, Source, Wanted, known_column, table_source, with_ids
from ._walk import Noticed

try:
    import datasets
except ImportError as problem:
    raise needs_extra("reading a Hugging Face data set", "datasets", "models") from problem

UNREAD = ("Audio", "Video", "Pdf", "Nifti")  # features that no reader here decodes


def open_dataset(where: str, *, split: str | None) -> datasets.Dataset:
    """Open a saved folder, a folder of data files, or a name on the hub ("owner/name", or "owner/name:config")."""
    path = Path(where)
    try:
        if (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file():
            held = datasets.load_from_disk(where)
            _check_whole(held)
        elif path.is_dir():
            held = datasets.load_dataset(where)
        else:
            name, _, config = where.partition(":")
            held = datasets.load_dataset(name, config or None)
    except Exception as problem:  # the library raises its own, the hub's and fsspec's errors
        offline = "" if path.exists() else " Without a network, give a folder saved by Dataset.save_to_disk, or a file."
        raise InputError(f"{where!r} could not be opened as a data set: {problem}.{offline}") from problem
    return one_split(held, split, where)


def open_stream(where: str, *, split: str | None) -> Any:
    """Open the same as a stream: of a name on the hub nothing is fetched that is not read."""
    path = Path(where)
    if (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file():
        return open_dataset(where, split=split)  # mapped, not loaded
    name, _, config = where.partition(":")
    try:
        what = (where, None) if path.is_dir() else (name, config or None)
        held = datasets.load_dataset(*what, streaming=True)
    except Exception as problem:  # the library raises its own, the hub's and fsspec's errors
        offline = "" if path.exists() else " Without a network, give a folder saved by Dataset.save_to_disk, or a file."
        raise InputError(f"{where!r} could not be opened as a data set: {problem}.{offline}") from problem
    return one_split(held, split, where)


def entries_of(held: Any) -> Iterator[dict[str, Any]]:
    """Yield the records of a data set one after another; classes come with their names beside them."""
    features = held.features or {}
    unread = [name for name, feature in features.items() if type(feature).__name__ in (*UNREAD, "Image")]
    classes = {name: feature for name, feature in features.items() if isinstance(feature, datasets.ClassLabel)}
    for record in held.remove_columns(unread) if unread else held:
        codes = {name: record[name] for name in classes if f"{name}_name" not in record}
        said = {f"{name}_name": classes[name].int2str(code) if code >= 0 else None for name, code in codes.items()}
        yield {**record, **said}


def _check_whole(held: Any) -> None:
    """Refuse a saved data set whose columns point outside of their files: Arrow maps them, and would read on regardless."""
    for part in held.values() if isinstance(held, datasets.DatasetDict) else [held]:
        part.data.table.validate(full=True)


def one_split(held: Any, split: str | None, name: str) -> datasets.Dataset:
    """Return the split asked for, or the only one."""
    if not isinstance(held, datasets.DatasetDict | datasets.IterableDatasetDict):
        if split is not None and str(held.split) != split:
            raise UnknownNameError(f"{name} has no split {split!r}; it is one data set ({held.split}).")
        return held
    if split is None and len(held) == 1:
        return next(iter(held.values()))
    if split not in held:
        raise UnknownNameError(f"split of {name} must be one of {', '.join(held)}. Got {split!r}.")
    return held[split]


def dataset_source(held: datasets.Dataset, name: str, asked: Wanted) -> Source:
    """Take texts, proteins or images from a data set; classes come with their names beside them."""
    pictures = [column for column, feature in held.features.items() if isinstance(feature, datasets.Image)]
    other = [column for column, feature in held.features.items() if type(feature).__name__ in UNREAD]
    table: pd.DataFrame = held.remove_columns(pictures + other).to_pandas()
    if table.empty:
        table = pd.DataFrame(index=range(len(held)))
    for column, feature in held.features.items():
        if isinstance(feature, datasets.ClassLabel) and f"{column}_name" not in table:
            table[f"{column}_name"] = [feature.int2str(int(code)) if code >= 0 else None for code in table[column]]
            if (
                table[column] < 0
            ).any():  # -1 is how the hub writes "no label"; as floats the others would become 0.0, 1.0
                table[column] = table[column].astype("Int64").where(table[column] >= 0)
    named = asked.text is not None or asked.sequence is not None
    if asked.kind == "image" or asked.image is not None or (asked.kind is None and pictures and not named):
        return _image_source(held, pictures, table, name=name, asked=asked)
    return table_source(table, name, asked)


def _image_source(
    held: datasets.Dataset, pictures: list[str], table: pd.DataFrame, *, name: str, asked: Wanted
) -> Source:
    image = asked.image
    if image is None and len(pictures) != 1:
        raise InputError(
            f"{name}: which column holds the images? Say image=NAME. Columns of images: {pictures or 'none'}."
        )
    column = image if image is not None else pictures[0]
    if column not in pictures:
        known_column(pd.DataFrame(columns=held.column_names), column, name)
        raise InputError(f"column {column!r} of {name} holds no images. Columns of images: {pictures or 'none'}.")
    noticed = Noticed()
    raw = held.cast_column(column, datasets.Image(decode=False))

    def load(rows: npt.NDArray[np.int64]) -> Array:
        return gathered(map(image_of, rows), len(rows), name)

    def image_of(row: np.int64) -> Array:
        entry = raw[int(row)][column]
        file = io.BytesIO(entry["bytes"]) if entry["bytes"] is not None else os.fspath(entry["path"])
        return decoded(file, f"{name}, row {row}, column {column!r}", noticed)

    table, ids = with_ids(table, name, asked.id_column)
    return Source("image", table, load, name, ids, noticed)
