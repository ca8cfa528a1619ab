"""Published neighbour files: the three forms, written back, and folders told apart."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from repscape._types import LayerInfo
from repscape.errors import InputError, StoreError
from repscape.examples import kind_of_folder, read_neighbor_files, write_neighbor_files

INDICES = np.array([[0, 1, 2], [1, 0, 2], [2, 1, 0]], dtype=np.int32)
DISTANCES = np.array([[0.0, 1.0, 2.0], [0.0, 1.0, 1.5], [0.0, 1.5, 2.0]])


def save_pair(folder, stem):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{stem}_indices.npy", INDICES)
    np.save(folder / f"{stem}_dist.npy", DISTANCES)


def test_one_folder_the_site_is_in_the_file_name(tmp_path):
    for i in (9, 11, 1):
        save_pair(tmp_path, f"layer{i}_post_mlp")
    (tmp_path / "layer1_post_mlp_dist.npy").unlink()
    read = read_neighbor_files(tmp_path)
    assert list(read) == [LayerInfo(f"layer{i}", i, i / 11, "post_mlp") for i in (1, 9, 11)]
    first, _, last = read.values()
    assert first.distances is None
    assert first.indices == tmp_path / "layer1_post_mlp_indices.npy"
    assert last.distances == tmp_path / "layer11_post_mlp_dist.npy"
    assert kind_of_folder(tmp_path) == "neighbors"


def test_a_folder_for_each_site_whatever_the_files_are_called(tmp_path):
    numbers = range(1, 50, 2)
    for site in ("pre_ln", "post_mlp", "post_attn"):
        for i in numbers:
            save_pair(tmp_path / site, f"layer{i}_post_mlp")
    read = read_neighbor_files(tmp_path)
    assert len(read) == 75
    assert [info for info in read if info.site == "pre_ln"] == [
        LayerInfo(f"layer{i}", i, i / 49, "pre_ln") for i in numbers
    ]
    assert read[LayerInfo("layer3", 3, 3 / 49, "post_attn")].indices == (
        tmp_path / "post_attn" / "layer3_post_mlp_indices.npy"
    )
    assert kind_of_folder(tmp_path) == "neighbors"


def test_model_idx_form(tmp_path):
    folder = tmp_path / "gpt_large-idx"
    folder.mkdir()
    for i in (0, 2, 10):
        np.save(folder / f"gpt_large_rep{i}_300-idx.npy", INDICES)
    for where in (folder, tmp_path):
        read = read_neighbor_files(where)
        assert [(i.name, i.index, i.depth, i.site) for i in read] == [
            ("rep0", 0, 0.0, ""),
            ("rep2", 2, 0.2, ""),
            ("rep10", 10, 1.0, ""),
        ]
        assert all(files.distances is None for files in read.values())
    np.save(folder / "gpt_large_rep0_500-idx.npy", INDICES)
    with pytest.raises(InputError, match=r"one model. Got gpt_large \(300 points\), gpt_large \(500 points\)"):
        read_neighbor_files(folder)


@pytest.mark.parametrize("sites", [("post_mlp",), ("pre_ln", "post_mlp", "post_attn"), ("",)])
def test_written_form_reads_back_the_same(tmp_path, sites):
    layers = {
        LayerInfo(f"layer{i}", i, i / 3, site): (INDICES[:, 1:], DISTANCES[:, 1:] if i == 3 else None)
        for site in sites
        for i in (1, 3)
    }
    files = write_neighbor_files(tmp_path / "out", layers)
    folder = "" if len(sites) == 1 else "pre_ln/"
    name = "layer1_indices.npy" if sites == ("",) else f"{folder}layer1_post_mlp_indices.npy"
    assert files[0] == tmp_path / "out" / name
    read = read_neighbor_files(tmp_path / "out")
    assert set(read) == set(layers)
    for info, paths in read.items():
        indices = np.load(paths.indices)
        np.testing.assert_array_equal(indices, INDICES)
        assert indices.dtype == np.int32
        assert (paths.distances is None) == (info.index == 1)
        if paths.distances is not None:
            np.testing.assert_array_equal(np.load(paths.distances), DISTANCES)


def test_writing_refuses_what_it_would_spoil(tmp_path, monkeypatch):
    layer = LayerInfo("a", 1, 1.0, "norm1")
    with pytest.raises(InputError, match="neither"):
        write_neighbor_files(tmp_path / "out", {layer: (None, None)})
    pair = (INDICES[:, 1:], None)
    with pytest.raises(InputError, match="told apart"):
        write_neighbor_files(tmp_path / "out", {layer: pair, LayerInfo("b", 1, 1.0, "norm1"): pair})
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="new or empty"):
        write_neighbor_files(tmp_path / "full", {layer: (INDICES[:, 1:], None)})

    def no_space(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "save", no_space)
    with pytest.raises(StoreError, match="No space left"):
        write_neighbor_files(tmp_path / "out", {layer: (INDICES[:, 1:], None)})
    assert [entry.name for entry in tmp_path.iterdir()] == ["full"]


def test_what_cannot_be_paired_is_refused(tmp_path):
    with pytest.raises(InputError, match="exists"):
        read_neighbor_files(tmp_path / "absent")
    with pytest.raises(InputError, match="an empty folder"):
        read_neighbor_files(tmp_path)
    save_pair(tmp_path, "layer1_post_mlp")
    save_pair(tmp_path / "post_mlp", "layer1")
    with pytest.raises(InputError, match="two distances files for layer1"):
        read_neighbor_files(tmp_path)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("zarr.json", "store"),
        ("study.toml", "study"),
        ("dataset_info.json", "dataset"),
        ("layer3_dist.npy", "neighbors"),
        ("layer3.npy", "arrays"),
        ("cats/1.JPG", "images"),
    ],
)
def test_folders_are_told_apart(tmp_path, file, kind):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_bytes(b"")
    assert kind_of_folder(tmp_path) == kind


def test_an_unknown_folder_says_what_it_holds(tmp_path):
    (tmp_path / "thesis.docx").write_bytes(b"")
    with pytest.raises(InputError, match=r"store, study, neighbors.*Got thesis.docx"):
        kind_of_folder(tmp_path)
