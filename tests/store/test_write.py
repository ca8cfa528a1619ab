"""The writer: what lands on disk, resuming, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr

from repscape._types import LayerInfo
from repscape.errors import BusyError, InputError, InputTypeError, StoreError, StudyMismatchError
from repscape.machine import write_whole
from repscape.store import StoreWriter, open_store

LAYERS = {LayerInfo("embedding", 0, 0.0): (3, "float32"), LayerInfo("h.0", 1, 1.0, "norm1"): (2, "float16")}
FIRST, SECOND = LAYERS
PROVENANCE = {"model": {"id": "tiny", "revision": "abc"}, "seed": 0, "created": "today"}


def table(n=10):
    return pd.DataFrame({"id": [f"e{i}" for i in range(n)], "label": np.arange(n) % 3})


def rows(start, stop):
    numbers = np.arange(start, stop)[:, None]
    return {FIRST: (numbers + np.arange(3) / 8).astype(np.float32), SECOND: (numbers * 2 + np.arange(2)).astype("f2")}


def create(path, **changes):
    options = {"rows": 10, "examples": table(), "provenance": PROVENANCE, "slab_rows": 4, **changes}
    return StoreWriter.create(path, LAYERS, **options)


def resume(path, layers=LAYERS, **changes):
    options = {"rows": 10, "examples": table(), "provenance": PROVENANCE, "slab_rows": 4, **changes}
    return StoreWriter.resume(path, layers, **options)


def contents(path):
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


def filled(path, steps=(4, 8, 10), writer=None):
    writer = writer or create(path)
    for stop in steps:
        if stop > writer.committed:
            writer.append(rows(writer.committed, stop))
    return writer


def test_what_was_written_is_read(tmp_path):
    writer = filled(tmp_path / "run.zarr")
    assert writer.complete
    store = open_store(tmp_path / "run.zarr")
    assert store.layers == ("embedding", "h.0:norm1")
    assert store.info("h.0:norm1") == SECOND
    for info, expected in rows(0, 10).items():
        np.testing.assert_array_equal(np.asarray(store[info.key]), expected)
        assert store[info.key].dtype == expected.dtype
    pd.testing.assert_frame_equal(store.examples, table())
    assert store.provenance == PROVENANCE


def test_any_zarr_reader_can_open_it(tmp_path):
    filled(tmp_path / "run.zarr")
    np.testing.assert_array_equal(zarr.open_array(tmp_path / "run.zarr" / "layers" / "0000")[:], rows(0, 10)[FIRST])
    codecs = json.loads((tmp_path / "run.zarr" / "layers" / "0000" / "zarr.json").read_text())
    assert [codec["name"] for codec in codecs["codecs"]] == ["bytes", "zstd", "crc32c"]
    assert codecs["fill_value"] == "NaN"


def test_rows_appear_when_they_are_committed(tmp_path):
    path = tmp_path / "run.zarr"
    writer = create(path)
    assert open_store(path)["embedding"].shape == (0, 3)
    before = open_store(path)
    assert writer.append(rows(0, 4)) == 4
    assert before["embedding"].shape == (0, 3)
    store = open_store(path)
    assert (store.rows, store.total_rows, store.complete) == (4, 10, False)
    assert len(store.examples) == 4
    np.testing.assert_array_equal(np.asarray(store["embedding"]), rows(0, 4)[FIRST])


@pytest.mark.parametrize("steps", [(4, 8, 10), (1, 2, 5, 10), (3, 10), (10,)])
def test_the_same_bytes_however_the_rows_came(tmp_path, steps):
    filled(tmp_path / "a.zarr")
    filled(tmp_path / "b.zarr", steps)
    for stop in steps:  # a new process after every append
        if not (tmp_path / "c.zarr").exists():
            create(tmp_path / "c.zarr")
        filled(tmp_path / "c.zarr", (stop,), resume(tmp_path / "c.zarr"))
    assert contents(tmp_path / "a.zarr") == contents(tmp_path / "b.zarr") == contents(tmp_path / "c.zarr")


def test_resuming_removes_what_was_never_committed(tmp_path):
    filled(tmp_path / "whole.zarr")
    path = tmp_path / "run.zarr"
    filled(path, (4,))
    left = path / "layers" / "0000" / "c"
    shutil.copytree(left / "0", left / "1")
    (left / "0" / "0.0123.partial").write_bytes(b"half")
    (path / "zarr.0123.partial").write_bytes(b"half")
    writer = resume(path)
    assert sorted(str(file.relative_to(left)) for file in left.rglob("*")) == ["0", "0/0"]
    assert not list(path.glob("*.partial"))
    filled(path, writer=writer)
    assert contents(path) == contents(tmp_path / "whole.zarr")


def test_creating_removes_what_a_kill_left_beside(tmp_path):
    (tmp_path / ".run.zarr-0a1b2c3d4e5f.new").mkdir()
    create(tmp_path / "run.zarr")
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.zarr"]


def test_state_is_committed_with_the_rows(tmp_path):
    writer = create(tmp_path / "run.zarr")
    assert writer.state == {}
    writer.append(rows(0, 4), state={"tokens": np.int64(4096)})
    assert resume(tmp_path / "run.zarr").state == {"tokens": 4096}
    writer.append(rows(4, 8))
    assert resume(tmp_path / "run.zarr").state == {"tokens": 4096}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"provenance": {**PROVENANCE, "seed": 1}}, "provenance.seed is 0 there and 1 here"),
        (
            {"provenance": {**PROVENANCE, "model": {"id": "big", "revision": "abc"}}},
            "model.id is 'tiny' there and 'big'",
        ),
        ({"provenance": {k: v for k, v in PROVENANCE.items() if k != "seed"}}, "provenance.seed is only there"),
        ({"provenance": {**PROVENANCE, "pool": "mean"}}, "provenance.pool is only here"),
        ({"rows": 11, "examples": table(11)}, "rows is 10 there and 11 here"),
        ({"slab_rows": 5}, "slab_rows is 4 there and 5 here"),
        ({"examples": table().assign(label=1)}, "examples' column 'label' differs"),
        ({"examples": table()[["id"]]}, "columns"),
        ({"examples": None}, "examples are only there"),
        ({"layers": {FIRST: (3, "float32")}}, "layers is"),
        ({"layers": {FIRST: (3, "float64"), SECOND: (2, "float16")}}, "layers is"),
    ],
)
def test_another_study_is_refused_by_name(tmp_path, changes, message):
    filled(tmp_path / "run.zarr", (4,))
    before = contents(tmp_path / "run.zarr")
    with pytest.raises(StudyMismatchError) as caught:
        resume(tmp_path / "run.zarr", **changes)
    assert message in str(caught.value)
    assert contents(tmp_path / "run.zarr") == before


def test_free_entries_may_differ(tmp_path):
    create(tmp_path / "run.zarr")
    later = {**PROVENANCE, "created": "tomorrow"}
    with pytest.raises(StudyMismatchError, match="created is 'today' there and 'tomorrow' here"):
        resume(tmp_path / "run.zarr", provenance=later)
    assert resume(tmp_path / "run.zarr", provenance=later, free=("created",)).committed == 0
    assert open_store(tmp_path / "run.zarr").provenance["created"] == "today"


def test_a_folder_in_use_is_not_overwritten(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds something already"):
        create(tmp_path)
    with pytest.raises(StoreError, match="cannot be read"):
        resume(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    assert create(tmp_path / "empty").committed == 0


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ({}, InputError, "different keys"),
        ({LayerInfo("a", 0, 0.0): (3, "f4"), LayerInfo("a", 1, 1.0, ""): (3, "f4")}, InputError, "different keys"),
        ({FIRST: (0, "f4")}, InputError, "width of layer 'embedding'"),
        ({FIRST: (3, "int64")}, InputTypeError, "float16, float32 or float64. Got int64"),
    ],
)
def test_layers_that_cannot_be_stored(tmp_path, layers, error, message):
    with pytest.raises(error, match=message):
        StoreWriter.create(tmp_path / "run.zarr", layers, rows=3)
    assert not list(tmp_path.iterdir())


def test_tables_and_provenance_that_cannot_be_stored(tmp_path):
    with pytest.raises(InputError, match=r"one row for each of the 10 rows. Got 9"):
        create(tmp_path / "run.zarr", examples=table(9))
    with pytest.raises(InputTypeError, match=r"provenance of StoreWriter.*Path"):
        create(tmp_path / "run.zarr", provenance={"where": Path("/")})
    with pytest.raises(InputError, match="slab_rows"):
        create(tmp_path / "run.zarr", slab_rows=0)
    with pytest.raises(InputError, match="different names"):
        create(tmp_path / "run.zarr", examples=pd.concat([table(), table()], axis=1))
    assert not list(tmp_path.iterdir())


def test_rows_that_do_not_fit(tmp_path):
    writer = create(tmp_path / "run.zarr")
    good = rows(0, 4)
    nan, huge = good[FIRST].copy(), good[SECOND].astype(float)
    nan[2, 1], huge[3, 0] = np.nan, 1e6
    for arrays, message in (
        ({FIRST: good[FIRST]}, "without h.0:norm1"),
        ({**good, LayerInfo("x", 0, 0.0): nan}, "'x', which is not in"),
        ({**good, FIRST: good[FIRST][:2]}, r"Got \[2, 4\] rows"),
        ({**good, FIRST: good[FIRST][:, :2]}, r"must be \(rows, 3\). Got \(4, 2\)"),
        ({**good, FIRST: nan}, "'embedding' of append must be finite in float32. Got nan in row 2, column 1"),
        ({**good, SECOND: huge}, r"finite in float16. Got 1000000\.0 in row 3, column 0"),
        (rows(0, 11), "would make 11 rows of a store for 10"),
    ):
        with pytest.raises(InputError, match=message):
            writer.append(arrays)
    assert open_store(tmp_path / "run.zarr").rows == 0


def test_two_writers_do_not_mix(tmp_path):
    first = create(tmp_path / "run.zarr")
    second = resume(tmp_path / "run.zarr")
    first.append(rows(0, 4))
    with pytest.raises(StoreError, match="someone else"):
        second.append(rows(0, 4))


HOLD = textwrap.dedent("""
    import sys
    from repscape._types import LayerInfo
    from repscape.store import StoreWriter
    writer = StoreWriter.create(sys.argv[1], {LayerInfo("a", 0, 0.0): (2, "float32")}, rows=4)
    print("ready", flush=True)
    sys.stdin.read()
""")


def test_another_process_is_told_who_writes(tmp_path):
    path, layers = tmp_path / "run.zarr", {LayerInfo("a", 0, 0.0): (2, "float32")}
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        with pytest.raises(BusyError, match=f"run.zarr is in use by process {process.pid} on .+ since 20"):
            StoreWriter.resume(path, layers, rows=4)
        process.kill()
    assert StoreWriter.resume(path, layers, rows=4).committed == 0  # a lock dies with its owner
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.zarr"]


@pytest.mark.parametrize("file", ["layers/0000/zarr.json", "layers/zarr.json", "zarr.json"])
def test_no_bit_of_metadata_steers_reading(tmp_path, file):
    filled(tmp_path / "run.zarr")
    whole = (tmp_path / "run.zarr" / file).read_bytes()
    expected = rows(0, 10)
    for place in range(0, len(whole), 1 if len(whole) < 1500 else 3):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << (place % 7)
        (tmp_path / "run.zarr" / file).write_bytes(flipped)
        try:
            store = open_store(tmp_path / "run.zarr")
            same = all(np.array_equal(store[info.key][:], values) for info, values in expected.items())
        except StoreError:
            continue
        assert same


def test_chunks_that_changed_places_are_noticed(tmp_path):
    filled(tmp_path / "run.zarr")
    chunks = tmp_path / "run.zarr" / "layers" / "0000" / "c"
    one, other = (chunks / "0" / "0").read_bytes(), (chunks / "1" / "0").read_bytes()
    (chunks / "0" / "0").write_bytes(other)
    (chunks / "1" / "0").write_bytes(one)
    with pytest.raises(StoreError, match="a chunk of its committed rows is damaged"):
        open_store(tmp_path / "run.zarr")


def test_unfinished_files_follow_no_link_and_permissions_the_umask(tmp_path):
    filled(tmp_path / "run.zarr", (4,))
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a.txt", b"whole")
        create(tmp_path / "other.zarr")
    finally:
        os.umask(old)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "other.zarr").stat().st_mode & 0o777 == 0o750
    (tmp_path / "target").write_text("mine")
    (tmp_path / "b.txt").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "b.txt", b"whole", sync=False)
    assert ((tmp_path / "target").read_text(), (tmp_path / "b.txt").read_text()) == ("mine", "whole")


def test_a_damaged_chunk_that_would_be_added_to_is_noticed(tmp_path):
    filled(tmp_path / "run.zarr", (4, 6))
    chunk = tmp_path / "run.zarr" / "layers" / "0001" / "c" / "1" / "0"
    raw = bytearray(chunk.read_bytes())
    raw[5] ^= 16
    chunk.write_bytes(raw)
    with pytest.raises(StoreError, match=r"0001.*checksum"):
        resume(tmp_path / "run.zarr")


WRITE_ON_A_SMALL_DISK = textwrap.dedent("""
    import sys
    import numpy as np
    from repscape._types import LayerInfo
    from repscape.errors import StoreError
    from repscape.store import StoreWriter, open_store

    layers = {LayerInfo("a", 0, 0.0): (1000, "float32")}
    path, options = sys.argv[1] + "/run.zarr", dict(rows=1000, slab_rows=100)
    slab = lambda i: {info: np.random.default_rng(i).normal(size=(100, 1000)) for info in layers}
    try:
        writer = StoreWriter.create(path, layers, **options)
        for i in range(10):
            writer.append(slab(i))
    except StoreError as problem:
        print(problem)
    safe = open_store(path)
    assert all(np.array_equal(safe["a"][i * 100 : i * 100 + 100], slab(i)[next(iter(layers))].astype("f4"))
               for i in range(safe.rows // 100))
    print("safe", safe.rows)
    import subprocess
    subprocess.run(["mount", "-o", "remount,size=20m", sys.argv[1]], check=True)
    writer = StoreWriter.resume(path, layers, **options)
    for i in range(writer.committed // 100, 10):
        writer.append(slab(i))
    whole = np.asarray(open_store(path)["a"])
    assert np.array_equal(whole, np.concatenate([slab(i)[next(iter(layers))] for i in range(10)]).astype("f4"))
    print("whole", len(whole))
""")


def test_a_full_disk_stops_with_a_message_and_a_store_to_resume(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = [
        "unshare",
        "-Urm",
        "sh",
        "-c",
        'mount -t tmpfs -o size=2m small "$1" && shift && exec "$@"',
        "sh",
        str(disk),
    ]
    if shutil.which("unshare") is None or subprocess.run([*mount, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test mount a small disk")
    script = [sys.executable, "-c", WRITE_ON_A_SMALL_DISK, str(disk)]
    done = subprocess.run([*mount, *script], capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 0, done.stderr
    said, safe, whole = done.stdout.splitlines()
    assert "No space left on device" in said
    assert "Make room and run again" in said
    assert f"The first {safe.split()[1]} rows are safe" in said
    assert 0 < int(safe.split()[1]) < 1000
    assert whole == "whole 1000"
