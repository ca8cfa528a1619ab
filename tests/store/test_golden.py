"""The store in tests/golden was written once and must be read for ever; what is written today has the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from repscape.store import list_groups, open_store, read_arrays
from tests.golden.make_store import EXAMPLES, GROUP, LAYERS, PROVENANCE, values, write
from tests.store.test_write import contents

GOLDEN = Path(__file__).parents[1] / "golden" / "store_v1.zarr"


def test_the_golden_store_is_read():
    store = open_store(GOLDEN)
    assert (store.rows, store.total_rows, store.slab_rows, store.complete) == (5, 7, 3, False)
    assert store.layers == ("embedding", "h.0:norm1", "h.<1>/b: c")
    for info, (width, dtype) in LAYERS.items():
        layer = store[info.key]
        assert (layer.info, layer.shape, layer.dtype) == (info, (5, width), np.dtype(dtype))
        np.testing.assert_array_equal(layer[:], values(info)[:5])
    pd.testing.assert_frame_equal(store.examples, EXAMPLES.iloc[:5])
    assert store.provenance == PROVENANCE
    arrays, attributes = read_arrays(GOLDEN, "graph of h.0:norm1")
    assert attributes == {"k": 2, "metric": "euclidean"}
    assert {name: array.tolist() for name, array in arrays.items()} == {n: a.tolist() for n, a in GROUP.items()}
    assert list_groups(GOLDEN) == ("examples", "graph of h.0:norm1", "provenance")


def test_writing_gives_the_golden_bytes(tmp_path):
    write(tmp_path / "run.zarr")
    assert contents(tmp_path / "run.zarr") == contents(GOLDEN)
