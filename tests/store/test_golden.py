"""The stores in tests/golden were written once and must be read for ever; what is written today has the bytes of the last."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from repscape.errors import StoreError
from repscape.store import StoreWriter, list_groups, open_store, read_arrays
from repscape.store._format import seal
from tests.golden.make_store import EXAMPLES, GROUP, LAYERS, PROVENANCE, values, write
from tests.store.test_write import contents

FOLDER = Path(__file__).parents[1] / "golden"
NEWEST = FOLDER / "store_v2.zarr"


@pytest.mark.parametrize("golden", ["store_v1.zarr", "store_v2.zarr"])
def test_the_golden_store_is_read(golden):
    store = open_store(FOLDER / golden)
    assert (store.rows, store.total_rows, store.slab_rows, store.complete) == (5, 7, 3, False)
    assert store.layers == ("embedding", "h.0:norm1", "h.<1>/b: c")
    for info, (width, dtype) in LAYERS.items():
        layer = store[info.key]
        assert (layer.info, layer.shape, layer.dtype) == (info, (5, width), np.dtype(dtype))
        np.testing.assert_array_equal(layer[:], values(info)[:5])
    pd.testing.assert_frame_equal(store.examples, EXAMPLES.iloc[:5])
    assert store.provenance == PROVENANCE
    arrays, attributes = read_arrays(FOLDER / golden, "graph of h.0:norm1")
    assert attributes == {"k": 2, "metric": "euclidean"}
    assert {name: array.tolist() for name, array in arrays.items()} == {n: a.tolist() for n, a in GROUP.items()}
    assert list_groups(FOLDER / golden) == ("examples", "graph of h.0:norm1", "provenance")


def test_writing_gives_the_golden_bytes(tmp_path):
    write(tmp_path / "run.zarr")
    assert contents(tmp_path / "run.zarr") == contents(NEWEST)


def test_a_store_of_format_1_goes_on_as_one_of_today(tmp_path):
    path = tmp_path / "run.zarr"
    shutil.copytree(FOLDER / "store_v1.zarr", path)
    for _ in range(2):  # one append for the last rows, and then nothing more to do
        writer = StoreWriter.resume(path, LAYERS, rows=7, examples=EXAMPLES, provenance=PROVENANCE, slab_rows=3)
        if not writer.complete:
            assert writer.append({info: values(info)[5:] for info in LAYERS}) == 7
    for info in LAYERS:
        np.testing.assert_array_equal(open_store(path)[info.key][:], values(info))
    about = json.loads((path / "zarr.json").read_text())["attributes"]["repscape"]
    assert (about["format"], about["slabs"], len(about["chunks"])) == (2, 3, 64)


def test_a_later_format_is_refused_by_name(tmp_path):
    path = tmp_path / "run.zarr"
    shutil.copytree(NEWEST, path)
    held = json.loads((path / "zarr.json").read_text())
    held["attributes"] = seal({**held["attributes"]["repscape"], "format": 3})
    (path / "zarr.json").write_text(json.dumps(held))
    with pytest.raises(
        StoreError, match="has format 3, which a later version of repscape wrote; this one reads up to 2"
    ):
        open_store(path)


def test_what_a_later_version_added_is_left_alone(tmp_path):
    path = tmp_path / "run.zarr"
    shutil.copytree(NEWEST, path)
    held = json.loads((path / "zarr.json").read_text())
    about = held["attributes"]["repscape"]
    about["layers"] = [{**entry, "colour": "blue"} for entry in about["layers"]]
    held["attributes"] = seal({**about, "mood": "good"})
    (path / "zarr.json").write_text(json.dumps(held))
    assert open_store(path).layers == ("embedding", "h.0:norm1", "h.<1>/b: c")
