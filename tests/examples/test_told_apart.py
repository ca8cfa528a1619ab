"""Layers beside labels: what an array is, by its shape, its numbers and its name."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError
from repscape.examples import read_columns, read_examples, read_layers

N = 12
X = np.random.default_rng(0).normal(size=(N, 4))
CODES = np.arange(N) % 3


def read(folder, **arrays):
    np.savez(folder / "a.npz", **arrays)
    found = read_layers(folder / "a.npz")
    return [info.name for info in found.layers], found


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (CODES[:, None], CODES),
        (CODES[:, None, None], CODES),
        (CODES[:, None].astype(float), CODES),
        (np.array(["x", "y", "z"])[CODES][:, None], np.array(["x", "y", "z"])[CODES]),
        (CODES[:, None] > 0, CODES > 0),
        (np.eye(3)[CODES], CODES),
        (np.eye(3, dtype=bool)[CODES], CODES),
        (np.eye(5, dtype=np.uint8)[CODES], CODES),
        (np.array([b"x", b"y", b"z"])[CODES], np.array(["x", "y", "z"])[CODES]),
        (CODES.astype(">i4"), CODES),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("name", ["labels", "y", "kind"])
def test_labels_beside_layers_are_columns(array, expected, name, tmp_path):
    layers, found = read(tmp_path, layer1=X, layer2=X * 2, **{name: array})
    assert layers == ["layer1", "layer2"]
    np.testing.assert_array_equal(found.columns[name], expected)
    assert bool(found.notes) is (array.ndim > 1)
    assert all(name in note and "not for a layer" in note for note in found.notes)
    np.save(tmp_path / f"{name}.npy", array)
    np.testing.assert_array_equal(read_columns(tmp_path / f"{name}.npy")[name], expected)


def test_the_same_in_a_folder_with_a_key_and_beside_images(tmp_path):
    np.save(tmp_path / "layer1.npy", X)
    np.save(tmp_path / "labels.npy", CODES[:, None])
    assert list(read_layers(tmp_path).columns) == ["labels"]
    np.savez(tmp_path / "b.npz", layer1=X, labels=CODES[:, None], other=np.eye(3)[CODES])
    found = read_layers(f"{tmp_path / 'b.npz'}:layer1")
    assert sorted(found.columns) == ["labels", "other"]
    examples = read_examples({"images": np.zeros((N, 4, 4), np.uint8), "labels": CODES[:, None]}, label="labels")
    np.testing.assert_array_equal(examples.table["labels"], CODES)
    vectors = read_examples({"x": X, "labels": CODES[:, None]}, label="labels")
    assert vectors.inputs.shape == X.shape


@pytest.mark.parametrize(
    "arrays",
    [
        {"layer1": X, "layer2": X[:, :1]},
        {"layer1": X, "layer2": np.eye(3)[CODES]},
        {"h0": np.eye(3)[CODES], "h1": X},
        {"a": np.eye(N), "b": X},
        {"a": X[:, :1], "b": X[:, 1:2]},
        {"labels": X},
        {"probabilities": np.full((N, 2), 0.5), "b": X},
        {"class_token": X, "target_encoder": X, "group_norm": X},
    ],
    ids=range(8),
)
def test_layers_that_look_like_labels_stay_layers(arrays, tmp_path):
    assert read(tmp_path, **arrays)[0] == list(arrays)


def test_what_its_name_calls_labels_is_left_out_with_a_word(tmp_path):
    for name in ("labels", "y_labels", "class_ids", "targets.train", "one-hot"):
        layers, found = read(tmp_path, layer1=X, **{name: (X > 0).astype(int)})
        assert layers == ["layer1"]
        assert found.columns == {}
        assert found.notes == (f"left out {name} of shape (12, 4) and dtype int64: its name says labels",)
    assert [info.name for info in read_layers(f"{tmp_path / 'a.npz'}:one-hot").layers] == ["one-hot"]


def test_numbers_that_no_measure_takes(tmp_path):
    with pytest.raises(InputError, match=r"s in .*a.npz holds complex numbers, \(12, 4\) complex128: put real"):
        read(tmp_path, layer1=X, s=X * 1j)
    with pytest.raises(InputTypeError, match=r"must hold an array of real numbers.* Got s \(12, 4\) complex64"):
        read(tmp_path, s=(X * 1j).astype(np.complex64))
    table = np.zeros(N, dtype=[("age", "i4"), ("name", "U3")])
    layers, found = read(tmp_path, layer1=X, table=table, phases=np.arange(N) * 1j)
    assert (layers, found.columns) == (["layer1"], {})
    assert [note.split(" of ")[0] for note in found.notes] == ["left out table", "left out phases"]
    for name, array in (("table", table), ("phases", np.arange(N) * 1j)):
        np.save(tmp_path / f"{name}.npy", array)
        with pytest.raises(InputTypeError, match=rf"{name}\.npy must hold text, numbers or dates. Got dtype"):
            read_columns(tmp_path / f"{name}.npy")


def test_files_that_systems_leave_behind_are_no_layers(tmp_path):
    np.save(tmp_path / "layer1.npy", X)
    (tmp_path / "._layer1.npy").write_bytes(b"\x00\x05\x16\x07 resource fork")
    (tmp_path / ".hidden.npz").write_bytes(b"none")
    assert [info.name for info in read_layers(tmp_path).layers] == ["layer1"]


def test_numbers_of_five_thousand_digits_in_names(tmp_path):
    layers, _ = read(tmp_path, **{f"a{'1' * 200}": X, f"a{'2' * 200}": X})
    assert len(layers) == 2
