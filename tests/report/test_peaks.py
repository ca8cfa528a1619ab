"""Peaks of a study: what stands beside their agreement in tables, and their topography."""

from __future__ import annotations

import json

import numpy as np

import repscape as rs
from repscape.figures import topographies
from repscape.report._tables import tables

KIND = np.repeat(["cat", "dog"], 60)
X = np.where(KIND == "cat", 0.0, 9.0)[:, None] + np.random.default_rng(0).normal(size=(120, 2))


def test_what_peaks_say_stands_in_tables_and_is_drawn(tmp_path) -> None:
    copied = np.concatenate([X[:-30], X[:30]])
    asked = rs.Plan(measures=["peaks_agreement", "id_twonn"], labels="kind")
    found = rs.run({"a": X, "b": copied}, asked, columns={"kind": KIND}, folder=tmp_path / "s")
    kept = rs.load_results(found.save(tmp_path / "kept"))
    frame = kept.to_frame()
    told = json.loads(frame["details"][0])
    assert (told["peaks"], told["purity"], told["populations"]) == (2, 1.0, [60, 60])
    assert frame["details"][frame["measure"] == "id_twonn"].isna().all()
    assert {"peaks", "purity", "halo", "populations"} <= {*tables(kept)["peaks_agreement", "depth"].frame} | {
        *tables(kept)["peaks_agreement", "depth"].constant
    }
    assert "30 of 120 rows are copies of others" in " ".join(found.warnings)
    (drawing,) = topographies(kept)
    assert drawing.figure.axes[0].get_xticklabels()[0].get_text() in ("cat 100%", "dog 100%")
    assert "2 of 2 layers are shown" in drawing.caption
