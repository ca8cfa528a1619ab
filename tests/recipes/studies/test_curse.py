"""What high dimension does, against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.recipes.studies._curse import cover_share, separable_share
from repscape.report.map._study import load_map


@pytest.mark.usefixtures("own_figures_and_report")
def test_the_curse(tmp_path: Path) -> None:
    found = rs.run_recipe("curse", to=tmp_path, options={"dichotomies": 100})
    assert {row.status for row in found.rows} == {"reproduced"}
    hubs = found.results.select("health_hubness").to_frame()["value"]
    assert hubs.iloc[-1] > 2
    assert hubs.iloc[-1] > hubs.iloc[0] + 2
    twonn = found.results.select("id_twonn").to_frame()["value"]
    assert twonn.iloc[-1] < 100  # of 200
    assert {path.name for path in (tmp_path / "figures").glob("*.png")} >= {
        "distances.png", "hubs.png", "separable.png", "estimators.png",
    }  # fmt: skip
    shown = load_map(tmp_path)
    assert [place.layer.name for place in shown.places] == [f"d = {d}" for d in (1, 2, 3, 5, 10, 20, 30, 50, 100, 200)]
    assert (shown.n, shown.pictures, list(shown.table.columns)) == (2000, None, [])
    assert 'id="map-layer"' in found.report.read_text(encoding="utf-8")


def test_what_is_separable_by_hand() -> None:
    points = np.array([[1.0], [2.0], [-1.0]])  # in one dimension two of eight labellings: both sides of 0 apart
    share = separable_share(points, 800, np.random.default_rng(0))
    assert share == pytest.approx(2 / 8, abs=0.05)
    assert cover_share(3, 1) == 0.25
    assert cover_share(3, 3) == 1.0
