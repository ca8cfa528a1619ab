"""Files that claim more than they hold, or more than memory: named and refused before any of it is taken, in a second."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError, MemoryBudgetError, RepscapeError, StoreError
from repscape.examples import read_columns, read_layers
from repscape.measures.probes import fit_probe
from repscape.store import read_arrays, write_arrays
from repscape.store._format import seal
from repscape.study import read_study
from tests.cli.helpers import layers

FREE = 100 << 20
"""Bytes that are said to be free."""
QUICK = 3.0  # seconds of the processor; half a second on a machine that does nothing else


@pytest.fixture(autouse=True)
def little(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Say that little memory is free, and see that it is asked quickly."""
    for place in ("examples._room", "machine._memory"):
        monkeypatch.setattr(f"repscape.{place}.memory_available", lambda: FREE)
    begun = time.process_time()
    yield
    assert time.process_time() - begun < QUICK


def npy_header(shape: tuple[int, ...]) -> bytes:
    said = str({"descr": "<f8", "fortran_order": False, "shape": shape}).ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said.encode()


def npz(**members: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return body.getvalue()


def png(side: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def bomb_parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that unpacks to 280 MB; of the module, so that it is written before the clock of `little` starts."""
    path = tmp_path_factory.mktemp("bomb") / "x.parquet"
    pd.DataFrame({"text": ["a" * 4_000_000] * 70, "label": range(70)}).to_parquet(path)
    return path


ARRAYS: dict[str, Callable[[], bytes]] = {
    "more rows than there are": lambda: npz(a=npy_header((10**12, 64)) + bytes(64)),
    "rows beyond every number": lambda: npz(a=npy_header((10**30,)) + bytes(64)),
    "zeros that unpack to 140 MB": lambda: npz(a=npy_header((140, 131_072)) + bytes(140 << 20)),
    "an npy of a terabyte": lambda: npy_header((10**12,)) + bytes(64),
    "a header of 5,000 digits": lambda: npz(
        a=b"\x93NUMPY\x01\x00\x89\x13" + b"{'descr': '<f8', 'shape': (" + b"7" * 4984
    ),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays(kind: str, tmp_path: Path) -> None:
    path = tmp_path / ("x.npy" if "npy of" in kind else "x.npz")
    path.write_bytes(ARRAYS[kind]())
    for work in (lambda: read_layers(path), lambda: read_columns(str(path))):
        with pytest.raises((InputError, MemoryBudgetError), match=path.name):
            work()


TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a gz of 140 MB of one cell": ("x.csv.gz", lambda: gzip.compress(b"text,label\n" + b"a" * (140 << 20), 1)),
    "a gz of 140 MB of lines": ("x.csv.gz", lambda: gzip.compress(b"text,label\n" + b"a,1\n" * (35 << 20), 1)),
    "nested 100,000 deep": ("x.json", lambda: b"[" * 100_000 + b"]" * 100_000),
    "nested in a line": ("x.jsonl", lambda: b'{"a": ' * 50_000 + b"1" + b"}" * 50_000),
    "a png of 60,000 x 60,000": ("x.png", lambda: png(60_000)),
}


@pytest.mark.parametrize("kind", TABLES)
def test_tables_and_pictures(kind: str, tmp_path: Path) -> None:
    name, make = TABLES[kind]
    path = tmp_path / name
    path.write_bytes(make())
    where = tmp_path if name.endswith("png") else path
    with pytest.raises((RepscapeError, MemoryError)) as refused:
        rs.read_examples(where, kind="image" if name.endswith("png") else "text")
    assert isinstance(refused.value, RepscapeError)
    assert name in str(refused.value)


def test_a_parquet_that_unpacks_to_280_megabytes(bomb_parquet: Path) -> None:
    assert bomb_parquet.stat().st_size < 200_000_000
    with pytest.raises(MemoryBudgetError, match=r"x\.parquet.*would take"):
        rs.read_examples(bomb_parquet, text="text")


def test_a_number_of_5_000_digits_and_200_000_columns(tmp_path: Path) -> None:
    (tmp_path / "n.json").write_text(f'[{{"text": "a", "label": {"7" * 5000}}}, {{"text": "b", "label": 1}}]')
    (tmp_path / "n.csv").write_text(f"text,label\na,{'7' * 5000}\nb,1\n")
    with pytest.raises(InputError, match="holds an integer of 5,000 digits"):
        rs.read_examples(tmp_path / "n.json", text="text")
    assert rs.read_examples(tmp_path / "n.csv", text="text").table["label"].iloc[0] == "7" * 5000
    head = ",".join(["text", *(f"c{place}" for place in range(200_000))])
    (tmp_path / "w.csv").write_text(f"{head}\n" + "a" + ",1" * 200_000 + "\n")
    with pytest.raises(RepscapeError, match=r"w\.csv"):
        rs.read_examples(tmp_path / "w.csv", text="text")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "study"
    X = np.load(layers(tmp_path))["layer0"]
    rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn", "sim_cka"]), folder=folder)
    return folder


def reseal(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what a folder of ours says of itself, with a check sum that fits, as whoever knows the format can."""
    held = json.loads((folder / "zarr.json").read_text())
    about = held["attributes"]["repscape"]
    change(about)
    held["attributes"] = seal(about)
    (folder / "zarr.json").write_text(json.dumps(held))


def claim(folder: Path, shape: list[int], chunks: list[int]) -> str:
    """Let an array claim a shape; return the digest that seals the claim."""
    file = folder / "zarr.json"
    held = json.loads(file.read_text())
    held["shape"] = shape
    held["chunk_grid"]["configuration"]["chunk_shape"] = chunks
    file.write_text(json.dumps(held))
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(("shape", "rows"), [([10**12], 10**12), ([10**12], 1), ([10**9, 10**9], 10**9), ([2**62], 1)])
def test_a_group_that_claims_more_than_memory(shape: list[int], rows: int, tmp_path: Path) -> None:
    root = tmp_path / "g.zarr"
    write_arrays(root, "a", {"x": np.zeros((3, 2)[: len(shape)])})
    (home,) = (entry for entry in root.iterdir() if entry.is_dir())

    def change(about: dict[str, Any]) -> None:
        (entry,) = about["arrays"]
        digest = claim(home / about["generation"] / entry["array"], shape, [rows, *shape[1:]])
        entry.update(shape=shape, chunk_rows=rows, metadata=digest)
        entry.pop("chunks")

    reseal(home, change)
    with pytest.raises((StoreError, MemoryBudgetError), match="claims"):
        read_arrays(root, "a")


@pytest.mark.parametrize("name", ["../../outside", "/etc", "..", "a/b", 7])
def test_a_group_that_names_a_folder_elsewhere(name: Any, tmp_path: Path) -> None:
    write_arrays(tmp_path / "g.zarr", "a", {"x": np.zeros(3)})
    (home,) = (entry for entry in (tmp_path / "g.zarr").iterdir() if entry.is_dir())
    shutil.copytree(home, tmp_path / "outside")
    for key in ("generation", "array"):
        place = home if key == "generation" else tmp_path / "outside"

        def change(about: dict[str, Any], key: str = key) -> None:
            (about if key == "generation" else about["arrays"][0])[key] = name

        if key == "array":
            shutil.rmtree(home)
            shutil.copytree(place, home)
        reseal(home, change)
        with pytest.raises(StoreError, match="is no name of a folder in it"):
            read_arrays(tmp_path / "g.zarr", "a")


def test_a_store_that_claims_more_than_memory(tmp_path: Path) -> None:
    from repscape.study import import_arrays

    import_arrays(layers(tmp_path), tmp_path / "taken")
    store = tmp_path / "taken" / "activations.zarr"

    def change(about: dict[str, Any]) -> None:
        about.update(rows=10**12, committed=10**12, slab_rows=10**12, slabs=0, chunks=hashlib.sha256(b"").hexdigest())
        about.pop("chunks")
        for entry in about["layers"]:
            entry["metadata"] = claim(
                store / "layers" / entry["array"], [10**12, entry["width"]], [10**12, entry["width"]]
            )

    reseal(store, change)
    with pytest.raises((StoreError, MemoryBudgetError), match=r"claims|rows"):
        np.asarray(rs.open_store(store)["layer0"])


DEEP = b"[" * 100_000 + b"]" * 100_000


def sealed(content: bytes) -> bytes:
    return f"repscape 1 {hashlib.sha256(content).hexdigest()}\n".encode() + content


@pytest.mark.parametrize("name", ["contents.json", "views.json", "x.unit"])
@pytest.mark.parametrize("content", [DEEP, b"{}", b'{"order": ' + b"7" * 5000 + b"}", b"null\n", b'{"order": 1e400}'])
def test_a_journal_that_is_sealed_and_mad(name: str, content: bytes, study: Path) -> None:
    (study / "journal" / name).write_bytes(sealed(content))
    opened = rs.open_study(study)
    found = [str(problem) for problem in opened.problems()]
    assert name == "views.json" or any(name in said for said in found), found
    assert len(rs.load_results(study))


def test_a_unit_that_unpacks_to_more_than_it_is(study: Path) -> None:
    (file, *_) = sorted((study / "journal").glob("*.unit"))
    head = file.read_bytes().partition(b"\n")[2].partition(b"\n")[0]
    file.write_bytes(sealed(head + b"\n" + npz(attributes=npy_header((50 << 20,)) + bytes(140 << 20))))
    with pytest.raises(StoreError, match="claims to hold more than its length"):
        _ = rs.open_study(study).results


def test_a_probe_and_a_plan_that_are_mad(study: Path, tmp_path: Path) -> None:
    fit_probe(np.arange(20.0)[:, None], np.arange(20) > 9).save(tmp_path / "probe")
    for content in (DEEP, b'{"format": ' + b"7" * 5000 + b"}", b"[]", b'{"format": 2}'):
        (tmp_path / "probe" / "probe.json").write_bytes(content)
        with pytest.raises(StoreError, match="probe"):
            rs.load_probe(tmp_path / "probe")
    for text in ("a = " + "[" * 100_000, "a = " + "7" * 5000):
        (study / "study.toml").write_text(text)
        with pytest.raises(RepscapeError, match=r"study\.toml"):
            rs.open_study(study)
        with pytest.raises(RepscapeError, match=r"study\.toml"):
            read_study(study)
