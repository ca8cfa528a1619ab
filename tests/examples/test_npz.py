""".npy and .npz files that say other than they hold: every one refused by name, nothing read past its end."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import numpy as np
import pytest

from repscape.errors import InputError, MemoryBudgetError
from repscape.examples import load_npy, load_npz, read_layers

X = np.random.default_rng(0).normal(size=(40, 3))


def npy(shape, data, *, dtype="<f8", fortran=False, version=1):
    """Return the bytes of a .npy whose header says what it is told to say."""
    stream = io.BytesIO()
    write = np.lib.format.write_array_header_1_0 if version == 1 else np.lib.format.write_array_header_2_0
    write(stream, {"descr": dtype, "fortran_order": fortran, "shape": shape})
    return stream.getvalue() + data


def save(path, packed=False, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


LIES = [
    ((41, 3), "truncated or damaged. Its header says"),
    ((39, 3), "more follows its data. Its header says"),
    ((0, 3), "more follows its data"),
    ((), "more follows its data"),
    ((10**12, 3), "truncated or damaged.* 24 TB"),
    ((2**62, 2**62), "truncated or damaged"),
    ((-1, 3), r"its header says the shape \(-1, 3\)"),
    ((-40, -3), "its header says the shape"),
]


@pytest.mark.parametrize(("shape", "message"), LIES)
@pytest.mark.parametrize("packed", [False, True])
def test_a_header_is_held_against_what_follows(shape, message, packed, tmp_path):
    file = save(tmp_path / "a.npz", packed, first=npy(shape, X.tobytes()), second=npy((40, 3), X.tobytes()))
    begun = time.perf_counter()
    with pytest.raises(InputError, match=f"first in .*a.npz cannot be read: .*{message}"):
        load_npz(file)
    (tmp_path / "a.npy").write_bytes(npy(shape, X.tobytes()))
    with pytest.raises(InputError, match=f"a.npy cannot be read: .*{message}"):
        load_npy(tmp_path / "a.npy")
    assert time.perf_counter() - begun < 1


def test_more_rows_would_have_read_the_next_member(tmp_path):
    """What the check is for: the bytes behind a member are those of the next."""
    whole = save(tmp_path / "a.npz", first=npy((40, 3), X.tobytes()), second=npy((40, 3), X.tobytes()))
    np.testing.assert_array_equal(load_npz(whole)["first"], X)
    assert isinstance(load_npz(whole)["first"], np.memmap)
    rows = (len(X.tobytes()) + 24) // 24
    with pytest.raises(InputError, match="truncated or damaged"):
        load_npz(save(tmp_path / "b.npz", first=npy((rows + 5, 3), X.tobytes()), second=npy((40, 3), X.tobytes())))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_flipped_bit_is_noticed(packed, share, tmp_path):
    file = save(tmp_path / "a.npz", packed, x=npy((400, 3), np.repeat(X, 10, axis=0).tobytes()))
    raw = bytearray(file.read_bytes())
    raw[int(len(raw) * share)] ^= 16
    file.write_bytes(raw)
    with pytest.raises(InputError, match=r"a\.npz"):
        load_npz(file)


def test_every_byte_changed_is_noticed_or_changes_nothing(tmp_path):
    file = save(tmp_path / "a.npz", x=npy((4, 3), X[:4].tobytes()), y=npy((4,), np.arange(4.0).tobytes()))
    whole = file.read_bytes()
    silent = []
    for place in range(len(whole)):
        raw = bytearray(whole)
        raw[place] ^= 0xFF
        file.write_bytes(raw)
        try:
            held = load_npz(file)
        except InputError:
            continue
        same = {name: array.tolist() for name, array in held.items()} == {"x": X[:4].tolist(), "y": [0, 1, 2, 3]}
        silent += [] if same else [(place, sorted(held))]
    # A name in the archive's directory has no sum of its own; it is held against the one beside the data.
    assert [entry for entry in silent if entry[1] == ["x", "y"]] == []


def test_a_bomb_is_refused_before_it_goes_off(tmp_path, monkeypatch):
    zeros = bytes(24 * 1_000_000)
    file = save(tmp_path / "a.npz", packed=True, x=npy((1_000_000, 3), zeros), y=npy((1_000_000, 3), zeros))
    assert load_npz(file)["x"].shape == (1_000_000, 3)
    monkeypatch.setattr("repscape.examples._room.memory_available", lambda: 40_000_000)
    with pytest.raises(MemoryBudgetError, match=r"a.npz, unpacked, would take 48 MB of memory; 40 MB are free"):
        load_npz(file)


def test_a_member_that_claims_more_than_it_unpacks_to(tmp_path):
    file = save(tmp_path / "a.npz", packed=True, x=npy((10**9, 3), b""))
    raw = file.read_bytes()
    size = len(npy((10**9, 3), b""))
    for where in (raw.rfind(struct.pack("<I", size)), raw.find(struct.pack("<I", size))):  # in the directory, in front
        raw = raw[:where] + struct.pack("<I", 2**32 - 2) + raw[where + 4 :]
    file.write_bytes(raw)
    with pytest.raises((InputError, MemoryBudgetError), match=r"a\.npz"):
        load_npz(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff",
        b"\x93NUMPY\x09\x00\x10\x00" + b" " * 16,
        b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'\n",
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 2000) + b"(" * 1999 + b"\n",
        npy((40, 3), X.tobytes(), dtype="<q9"),
        npy((40, 3), X.tobytes()).replace(b"(40, 3)", b"(4O, 3)"),
        npy((40, 3), X.tobytes()).replace(b"(40, 3)", b"'40, 3'"),
        npy((40, 3), X.tobytes()).replace(b"False", b"__imp"),
        b"PK\x03\x04",
        b"text, not numbers\n" * 10,
    ],
    ids=range(12),
)
def test_what_is_no_array_is_refused_by_name(content, tmp_path):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.npy cannot be read"):
        load_npy(tmp_path / "a.npy")
    save(tmp_path / "a.npz", x=content)
    with pytest.raises(InputError, match=r"a\.npz"):
        load_npz(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"b\.npz"):
        load_npz(tmp_path / "b.npz")


def test_members_that_cannot_be_told_apart_or_opened(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", npy((40, 3), X.tobytes()))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("x.npy", npy((40, 3), X.tobytes()))
    with pytest.raises(InputError, match="holds two arrays named 'x'"):
        load_npz(tmp_path / "a.npz")
    file = save(tmp_path / "b.npz", x=npy((40, 3), X.tobytes()))
    raw = bytearray(file.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # the bit that says: under a password
        raw[raw.find(mark) + offset] |= 1
    file.write_bytes(raw)
    with pytest.raises(InputError, match="b.npz cannot be read as a .npz file: .*(password|encrypted)"):
        load_npz(file)


@pytest.mark.parametrize("dtype", ["<f4", ">f4", ">f8", ">i4", "<f2", "|u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_plain_layout_is_read(dtype, order, tmp_path):
    array = np.asarray(X * 10 if dtype != "?" else X > 0, order=order).astype(dtype, order=order)
    np.savez(tmp_path / "a.npz", x=array, empty=np.zeros((40, 0)), scalar=np.float64(3))
    np.savez_compressed(tmp_path / "b.npz", x=array)
    np.save(tmp_path / "a.npy", array)
    for held in (load_npz(tmp_path / "a.npz")["x"], load_npz(tmp_path / "b.npz")["x"], load_npy(tmp_path / "a.npy")):
        np.testing.assert_array_equal(held, array)
    assert load_npz(tmp_path / "a.npz")["scalar"] == 3
    assert load_npy(tmp_path / "a.npy").flags.f_contiguous is (order == "F")


def test_arrays_without_rows_or_axes(tmp_path):
    for name, array in (("zero", np.zeros((0, 4))), ("scalar", np.float64(3)), ("flat", np.zeros(0))):
        np.save(tmp_path / f"{name}.npy", array)
        assert load_npy(tmp_path / f"{name}.npy").shape == array.shape
    with pytest.raises(InputError, match=r"Got scalar \(\) float64"):
        read_layers(tmp_path / "scalar.npy")


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "layers"])
def test_paths_that_are_none(name, tmp_path):
    for path in ("", tmp_path / name):
        with pytest.raises(InputError, match="a path of layers must be a file or folder that exists"):
            read_layers(path)


def test_a_folder_named_like_a_file(tmp_path):
    (tmp_path / "a.npy").mkdir()
    with pytest.raises(InputError, match="must hold an array"):
        read_layers(tmp_path / "a.npy")
    with pytest.raises(InputError, match="it is no file"):
        load_npy(tmp_path / "a.npy")
    with pytest.raises(InputError, match="it is no file"):
        load_npz(tmp_path / "a.npy")
