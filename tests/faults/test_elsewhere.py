"""Files that lead elsewhere, wait for ever, or were made by halves."""

from __future__ import annotations

import os
from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr

from repscape.errors import BusyError, InputError
from repscape.examples import read_layers
from repscape.store import making
from repscape.study import import_arrays

X = np.random.default_rng(0).normal(size=(40, 3))


def test_numbers_of_an_hdf5_file_that_lie_in_others_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(X.tobytes())
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["x"] = X
    layout = h5py.VirtualLayout(X.shape, dtype=X.dtype)
    layout[:] = h5py.VirtualSource(str(tmp_path / "source.h5"), "x", shape=X.shape)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["own"] = X
        file.create_dataset("raw", X.shape, X.dtype, external=[(str(tmp_path / "secret"), 0, X.nbytes)])
        file.create_virtual_dataset("virtual", layout)
        file["group/again"] = file["/"]  # a group that holds itself
    found = read_layers(tmp_path / "a.h5")
    assert [layer.key for layer in found.layers] == ["own"]
    assert sum("lie in other files" in note for note in found.notes) == 2


def test_an_anndata_file_whose_numbers_lie_in_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(X.tobytes())
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        file.create_dataset("X", X.shape, X.dtype, external=[(str(tmp_path / "secret"), 0, X.nbytes)])
    with pytest.raises(InputError, match="X in .* lies in other files"):
        read_layers(tmp_path / "a.h5ad")


def test_chunks_that_are_not_there_are_told(tmp_path: Path) -> None:
    array = zarr.create_array(str(tmp_path / "a.zarr"), shape=X.shape, chunks=(10, 3), dtype="float64", zarr_format=2)
    array[:20] = X[:20]
    assert any("2 of the 4 chunks of a are not there" in note for note in read_layers(tmp_path / "a.zarr").notes)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes among its files")
@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.safetensors", "a.h5", "a.pt", "a.parquet"])
def test_a_pipe_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(InputError, match="is no file that can be read"):
        read_layers(tmp_path / name)


def test_what_a_killed_import_left_goes_with_the_next(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=X)
    for left in (".taken-0123456789ab.new", "taken/.one-0123456789ab.new"):
        (tmp_path / left / "deep").mkdir(parents=True)
    import_arrays(tmp_path / "x.npz", tmp_path / "taken", model="one")
    assert sorted(entry.name for entry in (tmp_path / "taken").iterdir()) == ["one"]
    (tmp_path / "taken").rename(tmp_path / "other")
    import_arrays(tmp_path / "x.npz", tmp_path / "taken")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["other", "taken", "x.npz"]
    with making(tmp_path / "new"), pytest.raises(BusyError, match=f"in use by process {os.getpid()}"):
        import_arrays(tmp_path / "x.npz", tmp_path / "new")
