"""Published neighbour files: for each layer a .npy of neighbour indices, of distances, or both, the point itself first.

Three forms are in use. `layer{i}_{site}_dist.npy` (n, 3) and `layer{i}_{site}_indices.npy` (n, 16) lie in one folder;
or in one folder for each site, and then the folder names the site, whatever the file names say (they are the same in
every folder); or `{model}-idx/{model}_rep{i}_{n}-idx.npy` holds indices alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from .._types import Brief, LayerInfo
from ..errors import InputError, StoreError
from ..machine import whole_folder
from ._npz import load_npy
from ._walk import Noticed, files_below, is_hidden
from .forms import holds_arrays, is_own, is_zarr

Array = npt.NDArray[Any]
FolderKind = Literal["store", "study", "neighbors", "arrays", "dataset", "images"]

LAYER_FILE = re.compile(r"layer[_.-]?(?P<index>\d+)(?:[_-](?P<site>.+))?[_-](?P<what>dist|indices|idx)\.npy")
MODEL_FILE = re.compile(r"(?P<model>.+)_rep(?P<index>\d+)_(?P<n>\d+)-(?P<what>idx|dist)\.npy")
SHARED_SITE = "post_mlp"  # what the published files are called in the folder of every site
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"})
DATA_SUFFIXES = frozenset({".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson"})


@dataclass(frozen=True, slots=True, repr=False)
class NeighborFiles(Brief):
    """The files of one layer; at least one of them is there."""

    indices: Path | None
    """(n, k) int, nearest first, the point itself usually in the first column."""
    distances: Path | None
    """(n, k) float, ascending, the 0 of the point itself usually in the first column."""

    def load(self) -> tuple[Array | None, Array | None]:
        """Return (indices, distances), mapped into memory; a pickled or truncated file is refused by name."""
        indices, distances = (None if file is None else load_npy(file) for file in (self.indices, self.distances))
        return indices, distances


def read_neighbor_files(folder: str | os.PathLike[str]) -> dict[LayerInfo, NeighborFiles]:
    """Pair up the neighbour files of a folder by layer and site; no array is read.

    Parameters
    ----------
    folder
        A folder with the files of one model, or with one folder for each site.

    Returns
    -------
    dict
        LayerInfo -> NeighborFiles, by site then depth. The index is the number in the file name, the depth that number
        over the largest one; the site is the folder's name, else the file name's, "" where neither says.

    Raises
    ------
    InputError
        No file has a known name, two files claim the same layer, or several models share the folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for i in (1, 3):
    ...     np.save(folder / f"layer{i}_post_mlp_dist.npy", np.zeros((5, 3)))
    >>> [(layer.key, layer.depth >= 1) for layer in read_neighbor_files(folder)]
    [('layer1:post_mlp', False), ('layer3:post_mlp', True)]
    """
    where = _existing(folder, "neighbour files")
    found: dict[tuple[str, int, str, str], dict[str, Path]] = {}
    for file, site in _candidates(where):
        named = _named(file.name)
        if named is None:
            continue
        stem, index, own_site, what, model = named
        files = found.setdefault((own_site if site is None else site, index, stem, model), {})
        if what in files:
            raise InputError(f"{where} holds two {what} files for {stem}: {files[what].name} and {file.name}.")
        files[what] = file
    if not found:
        raise InputError(
            f"{where} must hold neighbour files such as layer3_post_mlp_indices.npy, layer3_post_mlp_dist.npy or "
            f"MODEL-idx/MODEL_rep3_5000-idx.npy. Got {_listing(where)}."
        )
    models = {model for *_, model in found}
    if len(models) > 1:
        raise InputError(
            f"{where} must hold the files of one model. Got {', '.join(sorted(models))}; give one of them."
        )
    last = max(index for _, index, *_ in found)
    return {
        LayerInfo(stem, index, index / last if last else 0.0, site): NeighborFiles(
            files.get("indices"), files.get("distances")
        )
        for (site, index, stem, _), files in sorted(found.items())
    }


def write_neighbor_files(
    folder: str | os.PathLike[str], layers: Mapping[LayerInfo, tuple[Array | None, Array | None]]
) -> list[Path]:
    """Write neighbour arrays in the published form: the point itself first, at distance 0.

    Layers of one site are written into the folder itself, as `layer{index}_{site}_indices.npy` and `_dist.npy`; those
    of several sites into one folder for each, where the files bear the published name `layer{index}_post_mlp_*`.
    Either all files appear or none.

    Parameters
    ----------
    folder
        A folder that does not exist yet, or is empty.
    layers
        LayerInfo -> (indices (n, k) without the point itself or None, distances (n, m) without its 0 or None).

    Returns
    -------
    list of Path
        The files, in the order of `layers`.

    Raises
    ------
    InputError
        The folder is not empty, a layer has neither array, or two layers would share a file.
    StoreError
        The files cannot be written, for example because the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> files = write_neighbor_files(folder, {LayerInfo("a", 1, 1.0, "norm1"): (np.array([[1], [0]]), None)})
    >>> files[0].name, np.load(files[0]).tolist()
    ('layer1_norm1_indices.npy', [[0, 1], [1, 0]])
    """
    where = Path(folder)
    if where.exists() and (not where.is_dir() or any(where.iterdir())):
        raise InputError(f"folder of write_neighbor_files must be new or empty. Got {where}.")
    arrays = _named_arrays(layers)
    try:
        with whole_folder(where) as beside:
            for name, array in arrays.items():
                (beside / name).parent.mkdir(exist_ok=True)
                np.save(beside / name, array)
    except OSError as problem:
        raise StoreError(f"the neighbour files could not be written to {where}: {problem}.") from problem
    return [where / name for name in arrays]


def kind_of_folder(path: str | os.PathLike[str]) -> FolderKind:
    """Say what a folder holds, by its file names alone.

    Returns
    -------
    str
        "store" (a zarr folder of repscape's), "study" (a folder with study.toml or .zarr folders), "neighbors" (published
        neighbour files), "arrays" (.npy, .npz and other files of hidden states, or a plain zarr folder), "images", or "dataset"
        (saved by the datasets library, or files such as csv).

    Raises
    ------
    InputError
        The folder is missing, or nothing in it is recognised.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> np.save(folder / "layer1.npy", np.zeros((5, 3)))
    >>> kind_of_folder(folder)
    'arrays'
    """
    where = _existing(path, "this")
    names = {entry.name for entry in where.iterdir() if not is_hidden(entry.name)}
    if is_zarr(where):
        return "store" if is_own(where) else "arrays"
    if names & {"study.toml", "activations.zarr", "graphs.zarr", "results.zarr"}:
        return "study"
    if names & {"dataset_dict.json", "dataset_info.json"}:
        return "dataset"
    if any(_named(file.name) for file, _ in _candidates(where)):
        return "neighbors"
    if any(Path(name).suffix in (".npy", ".npz") for name in names):
        return "arrays"
    if next(files_below(where, lambda file: file.suffix.lower() in IMAGE_SUFFIXES, Noticed()), None) is not None:
        return "images"
    if holds_arrays(where):
        return "arrays"
    if any(Path(name.removesuffix(".gz")).suffix in DATA_SUFFIXES for name in names):
        return "dataset"
    raise InputError(
        f"{where} is none of the folders that are known: {', '.join(get_args(FolderKind))}. Got {_listing(where)}."
    )


def _existing(folder: str | os.PathLike[str], what: str) -> Path:
    where = Path(folder)
    if not where.is_dir():
        raise InputError(f"{what} must be a folder that exists. Got {where}.")
    return where


def _candidates(where: Path) -> list[tuple[Path, str | None]]:
    """Return (file, site its folder names) for the .npy files of the folder and of the folders one level down."""
    found: list[tuple[Path, str | None]] = [(file, None) for file in sorted(where.glob("*.npy"))]
    for inner in sorted(entry for entry in where.iterdir() if entry.is_dir() and not is_hidden(entry.name)):
        site = None if inner.name.endswith("-idx") else inner.name
        found += [(file, site) for file in sorted(inner.glob("*.npy"))]
    return [(file, site) for file, site in found if not is_hidden(file.name)]


def _named(name: str) -> tuple[str, int, str, str, str] | None:
    """Return (layer name, index, site, "indices" or "distances", model) from a file name."""
    if (match := LAYER_FILE.fullmatch(name)) is not None:
        stem, site, model = f"layer{int(match['index'])}", match["site"] or "", ""
    elif (match := MODEL_FILE.fullmatch(name)) is not None:
        stem, site, model = f"rep{int(match['index'])}", "", f"{match['model']} ({match['n']} points)"
    else:
        return None
    return stem, int(match["index"]), site, "distances" if match["what"] == "dist" else "indices", model


def _named_arrays(layers: Mapping[LayerInfo, tuple[Array | None, Array | None]]) -> dict[str, Array]:
    """Return relative file name -> array with the point itself put first."""
    folders = len({info.site for info in layers}) > 1
    arrays: dict[str, Array] = {}
    for info, (indices, distances) in layers.items():
        if indices is None and distances is None:
            raise InputError(f"layers of write_neighbor_files must hold indices or distances. {info.key} has neither.")
        site = SHARED_SITE if folders else info.site
        stem = f"layer{info.index}_{site}" if site else f"layer{info.index}"
        stem = f"{info.site or 'no_site'}/{stem}" if folders else stem
        for what, array, first in (
            ("indices", indices, lambda n: np.arange(n)),
            ("dist", distances, lambda n: np.zeros(n)),
        ):
            if array is None:
                continue
            name = f"{stem}_{what}.npy"
            if name in arrays or "/" in info.site:
                raise InputError(
                    f"layers of write_neighbor_files cannot be told apart by file name: {info.key} ({name})."
                )
            arrays[name] = np.column_stack([first(len(array)), array]).astype(array.dtype, copy=False)
    return arrays


def _listing(where: Path) -> str:
    names = sorted(entry.name for entry in where.iterdir())
    return (
        ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") if names else "an empty folder"
    )
