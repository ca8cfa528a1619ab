"""What high dimension does, against closed forms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.recipes._curse import cover_share, separable_share


def test_the_curse(tmp_path: Path) -> None:
    found = rs.run_recipe("curse", to=tmp_path, options={"dichotomies": 400})
    assert {row.status for row in found.rows} == {"reproduced"}
    hubs = found.results.select("health_hubness").to_frame()["value"]
    assert hubs.iloc[-1] > 2
    assert hubs.iloc[-1] > hubs.iloc[0] + 2
    twonn = found.results.select("id_twonn").to_frame()["value"]
    assert twonn.iloc[-1] < 100  # of 200
    assert {path.name for path in (tmp_path / "figures").glob("*.png")} >= {
        "distances.png", "hubs.png", "separable.png", "estimators.png",
    }  # fmt: skip


def test_what_is_separable_by_hand() -> None:
    points = np.array([[1.0], [2.0], [-1.0]])  # in one dimension two of eight labellings: both sides of 0 apart
    share = separable_share(points, 800, np.random.default_rng(0))
    assert share == pytest.approx(2 / 8, abs=0.05)
    assert cover_share(3, 1) == 0.25
    assert cover_share(3, 3) == 1.0
