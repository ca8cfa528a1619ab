"""Groups of arrays: what is read equals what was written, whole or not at all."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from repscape.errors import InputError, InputTypeError, StoreError, UnknownNameError
from repscape.store import _arrays, list_groups, read_arrays, write_arrays
from tests.store.test_write import contents

NAMES = ["h.3:norm1", "a/b/../c", "<script>alert('x')</script>", "x" * 3000, "H.3:norm1", "", " ", "naïve ☃", "layers"]
VALUES = [
    np.array([[1, 2], [0, 2]], dtype=np.int32),
    np.zeros((3, 4), dtype=np.uint8),
    np.array([np.nan, np.inf, -0.0]),
    np.array([True, False]),
    np.array(3.5),
    np.array(["a", "", "naïve ☃", "long " * 50]),
    np.array(["a", "bb"], dtype=object),
    np.array(["a", "bb"], dtype=np.dtypes.StringDType()),
    np.zeros((0, 3)),
    np.zeros((0,), dtype="U3"),
    np.array([1 + 2j], dtype=np.complex64),
    np.arange(24, dtype=">i8").reshape(2, 3, 4),
    np.asfortranarray(np.arange(6.0, dtype=np.float16).reshape(2, 3)),
]


def test_every_name_and_value_comes_back(tmp_path):
    path = tmp_path / "deep" / "graphs.zarr"
    attributes = {
        "k": 3,
        "share": [1.0, None, float("nan")],
        "nested": {"a": np.float64(0.5), "t": (1, 2)},
        "text": "☃",
    }
    for name in NAMES:
        write_arrays(path, name, {f"{name}/{i}": value for i, value in enumerate(VALUES)}, attributes=attributes)
    assert list_groups(path) == tuple(sorted(NAMES))
    for name in NAMES:
        arrays, read = read_arrays(path, name)
        assert list(arrays) == [f"{name}/{i}" for i in range(len(VALUES))]
        for value, got in zip(VALUES, arrays.values(), strict=True):
            assert got.shape == value.shape
            if value.dtype.kind in "UTO":
                assert got.dtype.kind == "U"
                assert got.tolist() == value.tolist()
            else:
                assert got.dtype == value.dtype.newbyteorder("=")
                assert got.tobytes() == np.ascontiguousarray(value, got.dtype).tobytes()
        assert read["nested"] == {"a": 0.5, "t": [1, 2]}
        assert np.isnan(read["share"][2])


def test_large_arrays_are_cut_into_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("repscape.store._format.CHUNK_BYTES", 100)
    X, words = np.random.default_rng(0).normal(size=(7, 5)), np.array([f"w{i}" for i in range(9)])
    write_arrays(tmp_path / "a.zarr", "g", {"X": X, "words": words})
    assert sum(file.parent.name == "c" or file.parent.parent.name == "c" for file in tmp_path.rglob("*")) > 6
    arrays, _ = read_arrays(tmp_path / "a.zarr", "g")
    np.testing.assert_array_equal(arrays["X"], X)
    np.testing.assert_array_equal(arrays["words"], words)


def test_a_group_is_replaced_whole_and_nothing_stays_behind(tmp_path):
    path = tmp_path / "a.zarr"
    for value in (1, 2, 2, 2):
        write_arrays(path, "g", {"x": np.full(3, value)}, attributes={"value": value})
        arrays, attributes = read_arrays(path, "g")
        assert arrays["x"].tolist() == [value] * 3
        assert attributes == {"value": value}
    (home,) = (entry for entry in path.iterdir() if entry.is_dir())
    assert sum(entry.is_dir() for entry in home.iterdir()) == 1


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a.zarr", "b.zarr"):
        write_arrays(tmp_path / name, "g", {str(i): value for i, value in enumerate(VALUES)})
    assert contents(tmp_path / "a.zarr") == contents(tmp_path / "b.zarr")


def test_a_write_that_dies_leaves_the_old_group(tmp_path, monkeypatch):
    """Die at every file in turn that would be put in place, as a full disk does, until none is left to die at."""
    from zarr.storage import _local

    path, put, deaths = tmp_path / "a.zarr", _local._put, 0
    write_arrays(path, "g", {"x": np.arange(3), "y": np.arange(4)})
    before, new = contents(path), {"x": np.arange(5), "y": np.arange(6)}
    while True:
        puts = []

        def dying(*arguments, puts=puts, allowed=deaths, **options):
            puts.append(1)
            if len(puts) > allowed:
                raise OSError(28, "No space left on device")
            return put(*arguments, **options)

        monkeypatch.setattr(_local, "_put", dying)
        try:
            write_arrays(path, "g", new)
            break
        except StoreError as problem:
            said = str(problem)
        monkeypatch.setattr(_local, "_put", put)
        assert "No space left on device. What was there before is untouched" in said
        assert read_arrays(path, "g")[0]["x"].tolist() == [0, 1, 2]
        assert before.items() <= contents(path).items()
        deaths += 1
    assert deaths >= 6  # two arrays of metadata and chunk each, their folder, and the file that commits
    assert read_arrays(path, "g")[0]["y"].tolist() == list(range(6))
    assert sum(entry.is_dir() for entry in next(e for e in path.iterdir() if e.is_dir()).iterdir()) == 1


def test_readers_and_writers_at_once(tmp_path):
    path, problems, stop = tmp_path / "a.zarr", [], threading.Event()
    write_arrays(path, "g", {"x": np.zeros(50), "y": np.zeros(50)})

    def read():
        while not stop.is_set():
            try:
                arrays, _ = read_arrays(path, "g")
            except Exception as problem:
                problems.append(problem)
                return
            if len({*arrays["x"], *arrays["y"]}) != 1:
                problems.append(arrays)

    def write(name):
        for i in range(5):
            write_arrays(path, name, {"x": np.full(3, i)})

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(f"h.{i}",)) for i in range(4)]
    for thread in readers + writers:
        thread.start()
    for i in range(15):
        write_arrays(path, "g", {"x": np.full(50, i), "y": np.full(50, i)})
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert problems == []
    assert list_groups(path) == ("g", "h.0", "h.1", "h.2", "h.3")


def test_what_cannot_be_stored_or_found(tmp_path):
    path = tmp_path / "a.zarr"
    assert list_groups(path) == ()
    for value, error in (
        (np.array([1, "a", None], dtype=object), InputTypeError),
        (np.array([{}], dtype=object), InputTypeError),
        (np.array(["2020"], dtype="M8[Y]"), InputTypeError),
        (np.array(["\ud800"]), InputError),
    ):
        with pytest.raises(error, match="g/x"):
            write_arrays(path, "g", {"x": value})
    with pytest.raises(InputTypeError, match="attributes of 'g'"):
        write_arrays(path, "g", {}, attributes={"x": {1, 2}})
    assert not path.exists()
    with pytest.raises(StoreError, match="cannot be read"):
        read_arrays(path, "g")
    write_arrays(path, "layer1", {})
    with pytest.raises(UnknownNameError, match=r"no group 'layer2'. Did you mean 'layer1'"):
        read_arrays(path, "layer2")
    assert read_arrays(path, "layer1") == ({}, {})


def test_another_zarr_folder_is_not_ours(tmp_path):
    import zarr

    zarr.open_group(tmp_path / "a.zarr", mode="w")
    with pytest.raises(StoreError, match="repscape did not write it"):
        list_groups(tmp_path / "a.zarr")


def test_an_old_generation_is_read_again(tmp_path, monkeypatch):
    """A reader that meets a replaced generation starts over; a damaged one is not retried for ever."""
    path = tmp_path / "a.zarr"
    write_arrays(path, "g", {"x": np.zeros(3)})
    about, calls = _arrays._about, []

    def replaced_meanwhile(home):
        found = about(home)
        calls.append(found["generation"])
        if len(calls) == 1:
            write_arrays(path, "g", {"x": np.ones(3)})
        return found

    monkeypatch.setattr(_arrays, "_about", replaced_meanwhile)
    assert read_arrays(path, "g")[0]["x"].tolist() == [1, 1, 1]
