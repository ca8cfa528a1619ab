"""Extraction by several processes, and by the workers of a dask scheduler, gives the store of one."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

import distributed
import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.extraction import iterate, open_model
from repscape.study import _cluster_dask, _extract_dask, _extract_slab
from repscape.study._extract_far import _Dealt, extracted
from repscape.study._extract_share import InOrder, Share, committed
from tests.study.nets import net

X = np.random.default_rng(0).normal(size=(70, 4)).astype(np.float32)
X[50:60] = X[:10]  # copies, in slabs of another worker
NAME = "tests.study.nets:net"
OPTIONS = {"layers": "*", "slab_rows": 16}


def test_two_workers_give_the_store_of_one(tmp_path: Path) -> None:
    one = rs.extract(NAME, X, to=tmp_path / "one.zarr", **OPTIONS)
    two = rs.extract(NAME, X, to=tmp_path / "two.zarr", scheduler="processes:2", **OPTIONS)
    check_same(one, two)


def check_same(one: Any, two: Any) -> None:
    """Two stores of one extraction."""
    assert one.layers == two.layers == ("0", "1", "2")
    for key in one:
        np.testing.assert_array_equal(one[key][:], two[key][:])
    assert {k: v for k, v in one.provenance.items() if k != "created"} == {
        k: v for k, v in two.provenance.items() if k != "created"
    }
    assert (one.state, two.complete) == (two.state, True)
    files = [
        {str(f.relative_to(store.path)): f.read_bytes() for f in store.path.rglob("c/*/*")} for store in (one, two)
    ]
    assert files[0] == files[1]
    assert len(files[0]) == 15


def test_dask_workers_give_the_store_of_one(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = rs.extract(NAME, X, to=tmp_path / "one.zarr", **OPTIONS)
    opened: list[str] = []
    honest = _extract_slab.open_model
    monkeypatch.setattr(_extract_slab, "open_model", lambda name, **how: opened.append(name) or honest(name, **how))
    monkeypatch.setattr(_extract_slab, "PATIENCE", 0.0)  # what copies rows that are still on their way comes again

    def stop(done: int, total: int, what: str) -> None:
        if done == 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="of 70 examples are in"):
        rs.extract(NAME, X, to=tmp_path / "two.zarr", scheduler=cluster.scheduler_address, progress=stop, **OPTIONS)
    assert 32 <= rs.open_store(tmp_path / "two.zarr").rows < 70
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        two = rs.extract(NAME, X, to=tmp_path / "two.zarr", scheduler=client, **OPTIONS)
        again = rs.extract(NAME, X, to=tmp_path / "two.zarr", scheduler=client, **OPTIONS)
    check_same(one, two)
    assert again.complete
    assert opened == [NAME] * 2  # once for each extraction that had something to do: both workers are this process
    assert _extract_slab._opened.cache_info().currsize == 0


def test_slabs_in_order_and_few_ahead(tmp_path: Path) -> None:
    share = Share(NAME, {}, rs.examples.read_examples(X), {**OPTIONS, "pool": "mean"}, str(tmp_path / "s"))
    ordered, waiting = InOrder(0, None), deque[Any]()
    handed = _extract_dask._hand_out(waiting, ordered, 0, rows=16, share=share, most=2)
    assert [job.start for job in waiting] == [0, 16]
    slabs = list(iterate(open_model(net()), share.examples, **OPTIONS))
    assert list(ordered.add(slabs[1])) == []
    assert _extract_dask._hand_out(waiting, ordered, handed, rows=16, share=share, most=2) == handed == 32
    assert [slab.start for slab in ordered.add(slabs[0])] == [0, 16]
    assert _extract_dask._hand_out(waiting, ordered, handed, rows=16, share=share, most=2) == 64
    other = replace(slabs[2], layout=slabs[2].layout.halved())
    with pytest.raises(rs.errors.MemoryBudgetError, match="did not fit into the memory of one worker"):
        list(ordered.add(other))
    job = waiting[0]
    assert list(job.killed("x")) == []
    with pytest.raises(rs.errors.UnitError, match="lost over the examples from 0 on"):
        job.killed("killed, as dask says")


def test_a_worker_runs_its_own_slabs_and_waits_for_the_rest(tmp_path: Path) -> None:
    opened = open_model(net())
    whole = list(iterate(opened, rs.examples.read_examples(X), **OPTIONS))
    share = Share(
        NAME, {}, rs.examples.read_examples(X), {**OPTIONS, "pool": "mean"}, str(tmp_path / "s"), worker=0, of=2
    )
    assert committed(tmp_path / "s") == 0
    job = _Dealt(share)
    slab = next(extracted(share))
    np.testing.assert_array_equal(next(iter(slab.states.values())), next(iter(whole[0].states.values())))
    assert job.take(slab) is slab
    assert job.share.start == 16
    assert list(job.lost("x")) == []
    with pytest.raises(rs.errors.UnitError, match="lost over the examples from 16 on"):
        job.lost("ended by SIGKILL")


def test_what_cannot_be_shared_out(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="must be a name that every process can open"):
        rs.extract(net(), X, to=tmp_path / "s.zarr", scheduler="processes:2", **OPTIONS)
    monkeypatch.setattr(_cluster_dask, "sees", lambda folder: False)
    with pytest.raises(InputError, match="to of extract must lie where every dask worker sees it"):
        rs.extract(NAME, X, to=tmp_path / "s.zarr", scheduler=cluster.scheduler_address, **OPTIONS)
    with pytest.raises(InputError, match="scheduler of extract must be None .this process., .* Got '10.0.0.5:8786'"):
        rs.extract(NAME, X, to=tmp_path / "s.zarr", scheduler="10.0.0.5:8786", **OPTIONS)
