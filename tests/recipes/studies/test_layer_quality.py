"""The quality of every layer: whole with what stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

import repscape as rs
from repscape.recipes import _run

QUICK = {"limit": 50, "prompts": 8}


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    folder = tmp_path_factory.mktemp("recipe") / "quality"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_run, "save_painted", lambda results, where: {})  # the page draws them all the same
        return folder, rs.run_recipe("layer-quality", to=folder, options=QUICK, stand_in="always")


def test_the_whole_study(quality) -> None:
    folder, found = quality
    (row,) = found.rows
    assert row.status == "stand-in"
    assert 0 < row.ours.value <= 1
    asked = {record.info.name for record in found.results}
    assert {"quality_rankme", "quality_entropy", "quality_collapse", "quality_influence", "overlap_labels"} <= asked
    assert not found.results.failed
    figures = {file.stem for file in (folder / "figures").glob("*.png")}
    assert {"quality-rankme-texts", "quality-entropy-prompts", "quality-curvature-prompts"} <= figures
    assert any("above 1 it cannot be" in note for note in found.notes)
    assert any(note.startswith("Effective rank, RankMe is highest") for note in found.notes)
