"""Extraction by several processes gives the store of one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.extraction import iterate, open_model
from repscape.study._extract_far import Share, _Dealt, committed, extracted
from tests.study.nets import net

X = np.random.default_rng(0).normal(size=(70, 4)).astype(np.float32)
X[50:60] = X[:10]  # copies, in slabs of another worker
NAME = "tests.study.nets:net"
OPTIONS = {"layers": "*", "slab_rows": 16}


def test_two_workers_give_the_store_of_one(tmp_path: Path) -> None:
    one = rs.extract(NAME, X, to=tmp_path / "one.zarr", **OPTIONS)
    two = rs.extract(NAME, X, to=tmp_path / "two.zarr", scheduler="processes:2", **OPTIONS)
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


def test_what_cannot_be_shared_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a name that every process can open"):
        rs.extract(net(), X, to=tmp_path / "s.zarr", scheduler="processes:2", **OPTIONS)
    with pytest.raises(InputError, match="scheduler of extract must be None .this process., .* Got '10.0.0.5:8786'"):
        rs.extract(NAME, X, to=tmp_path / "s.zarr", scheduler="10.0.0.5:8786", **OPTIONS)
