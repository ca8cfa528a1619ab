"""Stores and groups of arrays on an object store, spoken to as any is: through a server of its protocol on this machine."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, StoreError
from repscape.store import StoreWriter, has_group, list_groups, read_arrays, remove_group, write_arrays
from repscape.study import StudySpec

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
LAYER = LayerInfo("h.0", 1, 1.0)


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patched:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patched.setenv(name, "none")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patched.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        s3fs.S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
    server.stop()


def test_a_store_on_an_object_store(bucket: str) -> None:
    path = f"{bucket}/run.zarr"
    writer = StoreWriter.create(path, {LAYER: (3, "float32")}, rows=50, slab_rows=20, provenance={"a": 1})
    writer.append({LAYER: X[:20]}, state={"examples": 20})
    assert rs.open_store(path).rows == 20
    again = StoreWriter.resume(path, {LAYER: (3, "float32")}, rows=50, slab_rows=20, provenance={"a": 1})
    assert again.committed == 20
    again.append({LAYER: X[20:]})
    with pytest.raises(StoreError, match="is being written by someone else"):
        writer.append({LAYER: X[20:40]})
    store = rs.open_store(path)
    assert store.complete
    np.testing.assert_array_equal(store["h.0"][:], X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(store["h.0"]))[10:30], X[10:30])
    assert store.provenance == {"a": 1}
    plan = rs.Plan(measures=["id_twonn"])
    assert [r.result for r in rs.run(path, plan)] == [r.result for r in rs.run({"h.0": X}, plan)]
    with pytest.raises(StoreError, match="holds something already"):
        StoreWriter.create(path, {LAYER: (3, "float32")}, rows=50)
    with pytest.raises(InputError, match="must be a store"):
        rs.open_store(f"{bucket}/nothing.zarr")


def test_a_study_of_a_store_on_an_object_store(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Extracted there, run by two workers, stopped, and gone on with; its folder lies on a disk."""
    path, plan = f"{bucket}/states.zarr", rs.Plan(measures=["id_twonn", "sim_cka"], profiles=["next"])
    examples = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster = distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None)
    scheduler = cluster.scheduler_address
    how: dict[str, Any] = {"layers": ["1", "2"], "slab_rows": 16}
    store = rs.extract("tests.study.nets:net", examples, to=path, scheduler=scheduler, **how)
    here = rs.extract("tests.study.nets:net", examples, to=tmp_path / "here.zarr", **how)
    ticks = []

    def stop(*tick: Any) -> None:
        ticks.append(tick)
        if len(ticks) == 2:
            raise KeyboardInterrupt

    with pytest.raises(rs.errors.StudyInterrupted):
        rs.run(path, plan, folder=tmp_path / "study", scheduler=scheduler, progress=stop)
    origin = StudySpec.of([path]).origin()
    rs.run(path, rs.Plan(measures=["id_twonn"]), folder=tmp_path / "study", scheduler=scheduler, origin=origin)
    results = rs.open_study(tmp_path / "study").run(scheduler=scheduler)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cluster.close()
    assert results.records == rs.run(here, plan).records
    assert store.complete
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"a study folder must lie on a disk.* Got {bucket}/study\."):
        rs.run({"h.0": X}, plan, folder=f"{bucket}/study")
    assert not (tmp_path / "s3:").exists()


def test_a_chunk_that_is_gone_or_changed_is_named(bucket: str) -> None:
    from upath import UPath

    path = f"{bucket}/harmed.zarr"
    StoreWriter.create(path, {LAYER: (3, "float32")}, rows=50, slab_rows=20).append({LAYER: X})
    chunk = UPath(path) / "layers" / "0000" / "c" / "1" / "0"
    held = chunk.read_bytes()
    chunk.write_bytes(held[:-9] + bytes([held[-9] ^ 1]) + held[-8:])
    with pytest.raises(StoreError, match="rows 20 to 39"):
        rs.open_store(path)["h.0"][:]
    chunk.unlink()
    with pytest.raises(StoreError, match="damaged|is gone"):
        rs.open_store(path)["h.0"][:]


def test_graphs_on_an_object_store(bucket: str) -> None:
    path, g = f"{bucket}/graphs.zarr", rs.knn_graph(X, 4)
    assert list_groups(path) == ()
    for _ in range(2):
        write_arrays(path, "a", {"indices": g.indices, "distances": g.distances}, attributes={"k": 4})
    arrays, about = read_arrays(path, "a")
    np.testing.assert_array_equal(arrays["indices"], g.indices)
    assert (about, list_groups(path), has_group(path, "a"), has_group(path, "b")) == ({"k": 4}, ("a",), True, False)
    remove_group(path, "a")
    assert not has_group(path, "a")
