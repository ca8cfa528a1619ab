"""Arrays on disk: forms, order, columns, notes, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.examples import layer_infos, natural_key, read_layers
from tests.data_files import data_file


def points(n=6, d=4, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d))


def only(layers):
    (array,) = layers.layers.values()
    return array


def test_npy_is_one_memory_mapped_layer(tmp_path):
    X = points()
    np.save(tmp_path / "hidden.npy", X)
    read = read_layers(tmp_path / "hidden.npy")
    (info,) = read.layers
    assert (info.name, info.key, info.index, info.depth, info.site) == ("hidden", "hidden", 0, 0.0, "")
    assert isinstance(only(read), np.memmap)
    assert not only(read).flags.writeable
    np.testing.assert_array_equal(only(read), X)
    assert read.columns == {}
    assert read.notes == ()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_tells_layers_from_columns(tmp_path, save):
    X, Y = points(), np.asfortranarray(points(d=3, seed=1)).astype(np.float32)
    labels, names = np.arange(6), np.array(["a", "b", "c", "d", "e", "f"])
    save(tmp_path / "f.npz", block2=X, block10=Y, labels=labels, names=names, classes=np.arange(3))
    read = read_layers(tmp_path / "f.npz")
    assert [(info.name, info.index) for info in read.layers] == [("block2", 2), ("block10", 10)]
    got = list(read.layers.values())
    np.testing.assert_array_equal(got[0], X)
    np.testing.assert_array_equal(got[1], Y)
    assert got[1].dtype == np.float32
    assert all(isinstance(array, np.memmap) is (save is np.savez) for array in got)
    np.testing.assert_array_equal(read.columns["labels"], labels)
    np.testing.assert_array_equal(read.columns["names"], names)
    assert read.notes == ("left out classes of shape (3,) and dtype int64: not (6, ...) numbers",)


def test_key_takes_one_array_and_its_columns(tmp_path):
    file = tmp_path / "f.npz"
    np.savez(file, train=points(8), test=points(5), y=np.arange(5), z=np.arange(8))
    for read in (read_layers(file, key="test"), read_layers(f"{file}:test")):
        np.testing.assert_array_equal(only(read), points(5))
        assert list(read.columns) == ["y"]
    with pytest.raises(InputError, match=r"same number of rows. Got train \(8, 4\), test \(5, 4\). Choose one with"):
        read_layers(file)
    with pytest.raises(UnknownNameError, match=r"has no array 'tests'. .*Did you mean 'test'"):
        read_layers(file, key="tests")
    with pytest.raises(InputError, match="at least 2 axes"):
        read_layers(file, key="y")
    with pytest.raises(InputError, match="two keys"):
        read_layers(f"{file}:test", key="train")


def test_folder_in_natural_order_with_depth_from_the_numbers(tmp_path):
    for i in (10, 2, 1):
        np.save(tmp_path / f"layer{i}_post.npy", points(seed=i))
    np.save(tmp_path / "labels.npy", np.arange(6))
    read = read_layers(tmp_path)
    assert [(info.name, info.index, info.depth) for info in read.layers] == [
        ("layer1_post", 1, 0.1),
        ("layer2_post", 2, 0.2),
        ("layer10_post", 10, 1.0),
    ]
    for info, array in read.layers.items():
        np.testing.assert_array_equal(array, points(seed=info.index))
    np.testing.assert_array_equal(read.columns["labels"], np.arange(6))


def test_folder_of_npz_shares_columns(tmp_path):
    for name in ("a", "b"):
        np.savez(tmp_path / f"{name}.npz", x=points(), labels=np.arange(6))
    np.savez(tmp_path / "c.npz", x=points(), y=points())
    read = read_layers(tmp_path)
    assert [(info.name, info.index) for info in read.layers] == [("a", 0), ("b", 1), ("c/x", 2), ("c/y", 3)]
    assert list(read.columns) == ["labels"]
    np.savez(tmp_path / "d.npz", x=points(), labels=np.arange(6)[::-1])
    with pytest.raises(InputError, match=r"two arrays named 'labels', the second in d.npz"):
        read_layers(tmp_path)


def test_names_without_one_number_keep_their_order():
    assert [(i.index, i.depth) for i in layer_infos(["embed", "h1", "head"])] == [(0, 0.0), (1, 0.5), (2, 1.0)]
    assert [i.index for i in layer_infos(["m2_h1", "m2_h0"])] == [1, 0]
    assert [i.index for i in layer_infos(["m1_h1", "m2_h0"])] == [0, 1]
    assert [i.index for i in layer_infos(["h01", "h1"])] == [0, 1]
    assert layer_infos(["h7"])[0].depth == 0.0
    assert sorted(["h10", "h9", "h9b", "a"], key=natural_key) == ["a", "h9", "h9b", "h10"]


def test_images_are_flattened_and_said_so(tmp_path):
    images = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    np.save(tmp_path / "images.npy", images)
    read = read_layers(tmp_path / "images.npy")
    np.testing.assert_array_equal(only(read)[1], images[1].ravel())
    assert read.notes == ("flattened images (2, 3, 4, 5) to (2, 60)",)


def test_real_digits():
    read = read_layers(data_file("mnist_test_10k.npz"))
    assert only(read).shape == (10000, 784)
    assert read.columns["labels"].shape == (10000,)
    assert read.notes == ("flattened images (10000, 28, 28) to (10000, 784)",)


def test_what_cannot_be_read_names_the_file(tmp_path):
    objects = np.array([[1, "a"], [2, None]], dtype=object)
    np.save(tmp_path / "objects.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "objects.npz", x=objects)
    (tmp_path / "pickle.npy").write_bytes(b"\x80\x04K\x01.")
    (tmp_path / "empty.npy").write_bytes(b"")
    np.savez(tmp_path / "whole.npz", x=points(50))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:900])
    np.save(tmp_path / "whole.npy", points(50))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:900])
    for name, reason in {
        "objects.npy": "never loaded",
        "objects.npz": "never loaded",
        "pickle.npy": "never loaded",
        "empty.npy": "cannot be read",
        "cut.npz": "truncated or damaged",
        "cut.npy": "truncated or damaged",
    }.items():
        with pytest.raises(InputError, match=reason) as caught:
            read_layers(tmp_path / name)
        assert name in str(caught.value)


def test_damage_inside_a_compressed_npz_is_noticed(tmp_path):
    file = tmp_path / "f.npz"
    np.savez_compressed(file, x=points(100))
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises(InputError, match=r"f\.npz cannot be read"):
        read_layers(file)


def test_what_is_no_layer_is_refused(tmp_path):
    np.save(tmp_path / "text.npy", np.array([["a", "b"], ["c", "d"]]))
    with pytest.raises(InputTypeError, match=r"text\.npy must hold an array of real numbers .* <U1"):
        read_layers(tmp_path / "text.npy")
    np.save(tmp_path / "flat.npy", np.arange(5))
    with pytest.raises(InputError, match=r"at least 2 axes.*flat \(5,\)"):
        read_layers(tmp_path / "flat.npy")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no array"):
        read_layers(tmp_path / "none")
    with pytest.raises(InputError, match="exists"):
        read_layers(tmp_path / "absent.npy")
    with pytest.raises(InputError, match=r"must be a \.npy"):
        read_layers(__file__)
    with pytest.raises(InputError, match="key"):
        read_layers(tmp_path, key="x")
    with pytest.raises(InputError, match="key"):
        read_layers(tmp_path / "flat.npy", key="x")
    np.savez(tmp_path / "f.npz", names=np.array([["a", "b"]]))
    with pytest.raises(InputTypeError, match=r"names in .* must hold real numbers"):
        read_layers(tmp_path / "f.npz", key="names")
