"""A graph whose numbers were changed on disk is an error that names the file, never a crash of a compiled loop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import StoreError
from repscape.store import list_groups, read_arrays, write_arrays

LAYERS = {f"layer{i}": np.random.default_rng(i).normal(size=(60, 5)).astype(np.float32) for i in range(2)}
PLAN = rs.Plan(measures=[("overlap_neighbors", {"k": 5})])


@pytest.mark.parametrize("wrong", [60, -1, 2**24])
def test_a_graph_with_indices_out_of_range_is_named(tmp_path: Path, wrong: int) -> None:
    rs.run(LAYERS, PLAN, folder=tmp_path)
    graphs = tmp_path / "graphs.zarr"
    for name in list_groups(graphs):
        arrays, about = read_arrays(graphs, name)
        indices = np.array(arrays["indices"])
        indices[3, 1] = wrong
        write_arrays(graphs, name, {**arrays, "indices": indices}, attributes=about)
    with pytest.raises(StoreError, match=rf"graphs.zarr: the graph .* is damaged. indices of .*Got {wrong} at"):
        rs.open_study(tmp_path).graph("layer0")
