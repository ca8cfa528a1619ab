"""Files and folders of hidden states: which reader takes which suffix, and what several files in a folder are to each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import InputError
from .._layer_names import natural_key
from .._npz import load_npy, load_npz
from .._walk import is_hidden
from ._anndata_files import read_h5ad
from ._form import Form, Held
from ._frame import read_parquet
from ._h5py_files import read_h5
from ._nested import hooked
from ._safetensors import read_safetensors
from ._torch_files import read_torch
from ._zarr_files import is_zarr, read_zarr

TOKENS = ("token_ids", "input_ids", "prompt_token_ids")
"""Names under which the tokens of a request lie beside its states."""
MANY = 256  # files; of more than that, each is mapped only while it is read
STATES = ("hidden_states", "hidden_state")


def _npy(path: Path) -> Held:
    return Held({path.stem: load_npy(path)})


def _npz(path: Path) -> Held:
    return Held(dict(load_npz(path)))


READERS: Mapping[str, Callable[[Path], Held]] = {
    ".npy": _npy,
    ".npz": _npz,
    ".safetensors": read_safetensors,
    ".pt": read_torch,
    ".pth": read_torch,
    ".h5": read_h5,
    ".hdf5": read_h5,
    ".h5ad": read_h5ad,
    ".parquet": read_parquet,
    ".feather": read_parquet,
}
"""Suffix -> reader of one file."""
IN_FOLDERS = tuple(suffix for suffix in READERS if suffix not in (".parquet", ".feather"))
"""Suffixes of files that make a folder one of arrays; folders of tables are data sets."""


def read_held(path: Path, form: Form) -> Held:
    """Read a file or folder of hidden states as it is; which of its arrays are layers is found out later.

    Raises
    ------
    InputError
        If the form is not known, the file is damaged, or the files of a folder do not belong together.
    """
    if is_zarr(path):
        return read_zarr(path)
    if path.is_dir():
        return _folder(path, form)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(
            f"layers must be a .npy, a .npz, another file of arrays ({', '.join(list(READERS)[2:])}), a zarr folder, or a "
            f"folder of them. Got {path}."
        )
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise InputError(f"{path} is no file that can be read.")
    held = reader(path)
    if "" in held.arrays:
        held.arrays[path.stem] = held.arrays.pop("")
    hooked(held)
    _request_alone(held)
    return held


def holds_arrays(folder: Path) -> bool:
    """Whether files of hidden states lie in a folder, and no model that could be run."""
    names = [entry.name for entry in folder.iterdir() if not is_hidden(entry.name)]
    return any(Path(name).suffix.lower() in IN_FOLDERS for name in names) and not is_model(folder)


def is_model(folder: Path) -> bool:
    """Whether a folder holds a model: its weights are no hidden states."""
    return (folder / "config.json").is_file()


def _request_alone(held: Held) -> None:
    """Say the axes of one request's states, whose tokens lie beside them: each token is a row then."""
    states, tokens = _request(held)
    if states is None or tokens is None or len(held.arrays[states].shape) != 3:
        return
    axes = _axes_of_request(tuple(held.arrays[states].shape), len(held.arrays[tokens]))
    if axes is not None:
        held.axes[states] = tuple("n" if axis == "tokens" else axis for axis in axes)
        held.notes.append(f"{states} is of one request: each of its {len(held.arrays[tokens])} tokens is a row")


def _request(held: Held) -> tuple[str | None, str | None]:
    """Return the names of the states and of the tokens of a request, where a file holds one."""
    states = next((name for name in STATES if name in held.arrays), None)
    tokens = next(
        (name for name in TOKENS if name in held.arrays and len(_shape(held.arrays[name])) == 1),
        None,
    )
    return states, tokens


def _shape(value: Any) -> tuple[int, ...]:
    return (len(value),) if isinstance(value, list) else tuple(value.shape)


def _axes_of_request(shape: tuple[int, ...], tokens: int) -> tuple[str, ...] | None:
    """Return the axes of states (tokens, layers, d), as vLLM writes them, or (layers, tokens, d), as it once did."""
    if shape[0] == tokens:
        return "tokens", "layers", "d"
    return ("layers", "tokens", "d") if shape[1] == tokens else None


def _folder(folder: Path, form: Form) -> Held:
    """Read a folder: a file for each layer, or a file for each example."""
    if is_model(folder):
        raise InputError(
            f"{folder} holds a model (config.json), and its weights are no hidden states. "
            f"repscape run --model {folder} --data D extracts them."
        )
    entries = sorted((e for e in folder.iterdir() if not is_hidden(e.name)), key=lambda e: natural_key(e.name))
    files = [e for e in entries if (e.is_file() and e.suffix.lower() in IN_FOLDERS) or is_zarr(e)]
    read = {file.name: _reader(file, late=len(files) > MANY)(file) for file in files}
    if read and _of_examples(read, form):
        return _examples(folder, read, form)
    found = Held(ordered=False)
    for file in files:
        _add_file(folder, file, read[file.name], found)
    hooked(found)
    return found


def _reader(file: Path, *, late: bool) -> Callable[[Path], Held]:
    if file.is_dir():
        return read_zarr
    suffix = file.suffix.lower()
    return partial(read_safetensors, late=True) if late and suffix == ".safetensors" else READERS[suffix]


def _add_file(folder: Path, file: Path, held: Held, found: Held) -> None:
    """Add the arrays of a file: by its name, or name/key where it holds several layers; columns are shared."""
    deep = {name for name, array in held.arrays.items() if held.certain or len(_shape(array)) > 1}
    plain = file.suffix.lower() in (".npy",)
    for name, array in held.arrays.items():
        key = name
        if name in deep or plain:
            key = file.stem if len(deep) == 1 or plain or not name else f"{file.stem}/{name}"
        if key in found.arrays:
            if name in deep or not np.array_equal(found.arrays[key], array):
                raise InputError(f"{folder} holds two arrays named {key!r}, the second in {file.name}. Rename one.")
            continue
        found.arrays[key] = array
        if name in held.axes:
            found.axes[key] = held.axes[name]
    for name, values in held.columns.items():
        if name in found.columns and list(map(str, found.columns[name])) != list(map(str, values)):
            what = "other examples, or the same in another order: their ids differ" if name == "id" else "other entries"
            raise InputError(f"{folder}: {file.name} has {what} in its column {name!r} than the files before it.")
        found.columns[name] = values
    found.notes += held.notes


def _of_examples(read: Mapping[str, Held], form: Form) -> bool:
    """Whether each file is one example: it was said so, or tokens lie in each, or nothing else fits."""
    if form.axes:
        return "n" not in form.axes
    if all(_request(held)[1] is not None for held in read.values()):
        return True
    alone = all(len(held.arrays) == 1 for held in read.values())
    shapes = [_shape(array) for held in read.values() for array in held.arrays.values()]
    if form.pool:
        return alone and all(len(shape) == 2 for shape in shapes)
    return (
        alone and len(read) > 1 and all(len(shape) == 1 for shape in shapes) and len(set(shapes)) == 1 and _floats(read)
    )


def _floats(read: Mapping[str, Held]) -> bool:
    arrays = [array for held in read.values() for array in held.arrays.values()]
    return all("float" in str(getattr(array, "dtype", "")) for array in arrays)


def _examples(folder: Path, read: Mapping[str, Held], form: Form) -> Held:
    """Put files of one example each together: their names are the ids; every layer stays a list until it is pooled."""
    found = Held(ordered=False)
    found.columns["id"] = np.asarray([os.path.splitext(name)[0] for name in read])
    lists: dict[str, list[Any]] = {}
    axes: dict[str, set[tuple[str, ...]]] = {}
    for name, held in read.items():
        tokens = _request(held)[1]
        count = None if tokens is None else len(held.arrays[tokens])
        kept = {key: array for key, array in held.arrays.items() if key not in TOKENS}
        if not kept or (lists and set(kept) != set(lists)):
            raise InputError(
                f"{folder} holds files of one example each, and {name} has other arrays than the ones before it: "
                f"{', '.join(kept) or 'none'} instead of {', '.join(lists) or 'states'}."
            )
        for key, array in kept.items():
            lists.setdefault(key, []).append(array)
            if not form.axes and count is not None and len(_shape(array)) == 3:
                axes.setdefault(key, set()).add(_sides(_shape(array), count, f"{key} in {folder / name}"))
    for key, arrays in lists.items():
        found.arrays["hidden_states" if key == "" else key] = arrays
        if key in axes:
            found.axes[key] = _agreed(axes[key], f"{key} of the files in {folder}")
        elif not form.axes and all(len(_shape(one)) == 2 for one in arrays):
            found.axes["hidden_states" if key == "" else key] = ("tokens", "d")
    found.notes.append(
        f"took the {len(read)} files of {folder.name or folder} for one example each, in the order of their names"
    )
    return found


def _sides(shape: tuple[int, ...], tokens: int, what: str) -> tuple[str, ...]:
    if shape[0] == shape[1] == tokens:
        return ()  # as many layers as tokens: the other files decide
    axes = _axes_of_request(shape, tokens)
    if axes is None:
        raise InputError(f"{what} must have an axis of its {tokens} tokens. Got {shape}.")
    return axes


def _agreed(seen: set[tuple[str, ...]], what: str) -> tuple[str, ...]:
    known = seen - {()}
    if len(known) > 1:
        raise InputError(
            f"{what}: in some the first axis is the tokens, in some the second. Say axes='tokens,layers,d'."
        )
    return next(iter(known), ("tokens", "layers", "d"))  # as many tokens as layers in all of them: what vLLM writes
