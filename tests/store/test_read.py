"""Reading a store: every way of asking for rows, and every way in which the folder may be damaged."""

from __future__ import annotations

import random
import shutil

import numpy as np
import pandas as pd
import pytest

from repscape.errors import InputError, RepscapeError, StoreError, UnknownNameError
from repscape.store import open_store, read_arrays, write_arrays
from tests.store.test_write import FIRST, create, filled, rows


@pytest.fixture
def store(tmp_path):
    filled(tmp_path / "study" / "activations.zarr")
    return open_store(tmp_path / "study")


@pytest.mark.parametrize(
    "key",
    [
        slice(None),
        slice(2, 7),
        slice(7, 2),
        slice(-3, None),
        slice(1, 9, 3),
        slice(None, None, -1),
        slice(4, 8),
        0,
        -1,
        np.int64(5),
        [9, 0, 0, 5],
        [-1, -10],
        [],
        np.array([3, 1]),
        np.arange(10) % 3 == 0,
        (slice(2, 7), 1),
        (5, 2),
        ([9, 0], slice(1, None)),
        (slice(None), [2, 0]),
        Ellipsis,
        (Ellipsis, 1),
    ],
    ids=str,
)
def test_rows_as_numpy_gives_them(store, key):
    expected = rows(0, 10)[FIRST][key]
    got = store["embedding"][key]
    np.testing.assert_array_equal(got, expected)
    assert np.shape(got) == np.shape(expected)


@pytest.mark.parametrize("key", [10, -11, [10], [-11], [0.5], np.ones(9, bool), [[0]]], ids=str)
def test_rows_that_are_not_there(store, key):
    with pytest.raises(IndexError):
        store["embedding"][key]


def test_a_layer_is_array_like(store):
    layer = store["embedding"]
    expected = rows(0, 10)[FIRST]
    assert (layer.shape, layer.ndim, layer.dtype, len(layer), layer.nbytes) == ((10, 3), 2, np.float32, 10, 120)
    np.testing.assert_array_equal(np.asarray(layer), expected)
    np.testing.assert_array_equal(np.array(layer, dtype=np.float64), expected.astype(np.float64))
    np.testing.assert_array_equal(np.stack(list(layer)), expected)
    with pytest.raises(ValueError, match="copy"):
        np.array(layer, copy=False)


def test_a_store_is_a_mapping(store):
    assert list(store) == list(store.layers) == ["embedding", "h.0:norm1"]
    assert len(store) == 2
    assert "embedding" in store
    assert "other" not in store
    assert store.get("other") is None
    assert "2 layers, 10 rows" in repr(store)
    with pytest.raises(UnknownNameError, match=r"no layer 'embeding'. It has embedding, h.0:norm1. Did you mean"):
        store["embeding"]


def test_a_store_without_a_table_numbers_its_rows(tmp_path):
    create(tmp_path / "run.zarr", examples=None).append(rows(0, 4))
    pd.testing.assert_frame_equal(open_store(tmp_path / "run.zarr").examples, pd.DataFrame({"id": np.arange(4)}))


def test_what_is_no_store(tmp_path):
    with pytest.raises(InputError, match="must be a store"):
        open_store(tmp_path)
    write_arrays(tmp_path / "graphs.zarr", "g", {"x": np.zeros(3)})
    with pytest.raises(InputError, match="which holds arrays"):
        open_store(tmp_path / "graphs.zarr")


def test_a_later_format_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("repscape.store._wanted.VERSION", 3)
    create(tmp_path / "run.zarr")
    with pytest.raises(StoreError, match="has format 3, which a later version of repscape wrote"):
        open_store(tmp_path / "run.zarr")


def test_a_missing_chunk_is_named_not_read_as_fill_values(store):
    layer = store["embedding"]
    shutil.rmtree(layer.folder / "c" / "1")
    with pytest.raises(StoreError, match=r"c/1/0 is gone"):
        open_store(store.path)
    np.testing.assert_array_equal(layer[:4], rows(0, 4)[FIRST])
    for key in (slice(None), 5, [9, 6], slice(4, 8)):
        with pytest.raises(StoreError, match=r"layer 'embedding' in .*: rows 4 to 7 are missing"):
            layer[key]


def test_a_flipped_bit_in_a_chunk_is_named(store):
    chunk = store["h.0:norm1"].folder / "c" / "2" / "0"
    whole = chunk.read_bytes()
    for place in range(len(whole)):
        raw = bytearray(whole)
        raw[place] ^= 1 << place % 8
        chunk.write_bytes(raw)
        with pytest.raises(StoreError, match=r"layer 'h.0:norm1' in .*: rows 8 to 9 is damaged"):
            np.asarray(store["h.0:norm1"])
    chunk.write_bytes(whole)
    assert np.asarray(store["h.0:norm1"]).shape == (10, 2)


def read_all(path):
    store = open_store(path)
    held = {key: np.asarray(store[key]).tobytes() for key in store}
    infos = [store.info(key) for key in store]
    return held, infos, store.examples.to_csv(), store.provenance, store.rows, read_arrays(path, "extra")[1]


def test_no_flipped_bit_anywhere_gives_another_answer(tmp_path):
    """Metadata, table, provenance and chunks: what is read is the truth, or an error of ours."""
    path = tmp_path / "run.zarr"
    filled(path)
    write_arrays(path, "extra", {"x": np.arange(5)}, attributes={"k": 3})
    truth = read_all(path)
    files = sorted(file for file in path.rglob("*") if file.is_file())
    draw, caught = random.Random(0), 0
    for trial in range(150):
        file = files[trial % len(files)]
        whole = file.read_bytes()
        raw = bytearray(whole)
        raw[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
        file.write_bytes(raw)
        try:
            found, named = read_all(path), True
        except RepscapeError as problem:
            found, named = None, str(tmp_path) in str(problem)
            caught += 1
        assert named
        assert found in (None, truth), file
        file.write_bytes(whole)
    assert caught > 100
    assert read_all(path) == truth


def test_no_missing_file_goes_unnoticed(tmp_path):
    path = tmp_path / "run.zarr"
    filled(path)
    write_arrays(path, "extra", {"x": np.arange(5)}, attributes={"k": 3})
    truth = read_all(path)
    for file in sorted(file for file in path.rglob("*") if file.is_file()):
        whole = file.read_bytes()
        file.unlink()
        try:
            same = read_all(path) == truth
        except RepscapeError:
            same = False
        assert not same, file
        file.write_bytes(whole)
