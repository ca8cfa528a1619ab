"""States and results of a study as AnnData."""

from __future__ import annotations

import anndata
import numpy as np
import pytest

import repscape as rs
from repscape.errors import UnknownNameError
from tests.cli.helpers import call, layers, without_drawing


def test_layers_columns_and_results_are_there_and_come_back(tmp_path):
    file = layers(tmp_path)
    with without_drawing():
        call(
            "run",
            "--arrays",
            file,
            "--label",
            "kind",
            "--measures",
            "id_twonn, overlap_labels(k=5)",
            "-o",
            tmp_path / "s",
            "-q",
        )
    data = rs.to_anndata(tmp_path / "s")
    with np.load(file) as held:
        for name in ("layer0", "layer1", "layer2"):
            np.testing.assert_array_equal(data.obsm[name], held[name])
        np.testing.assert_array_equal(data.obs["kind"].astype(int), held["kind"])
    table = data.uns["repscape"]["results"]
    assert set(table["measure"]) == {"id_twonn", "overlap_labels"}
    assert list(rs.to_anndata(tmp_path / "s", ["layer1"]).obsm) == ["layer1"]
    data.write_h5ad(tmp_path / "s.h5ad")
    again = anndata.read_h5ad(tmp_path / "s.h5ad")
    np.testing.assert_allclose(again.uns["repscape"]["results"]["value"], table["value"])
    values = [
        [record.result.value for record in found.select("id_twonn")]
        for found in (rs.run(again, rs.Plan(measures=["id_twonn"])), rs.open_study(tmp_path / "s").results)
    ]
    assert values[0] == values[1]
    with pytest.raises(UnknownNameError, match="layers of export_arrays must be of"):
        rs.to_anndata(tmp_path / "s", ["layer9"])
