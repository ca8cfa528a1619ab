"""Peaks by layer beside subjects and answers: whole with what stands in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes import _run

QUICK = {"limit": 50}


@pytest.fixture(scope="module")
def landscape(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    folder = tmp_path_factory.mktemp("recipe") / "landscape"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_run, "save_painted", lambda results, where: {})  # the page draws them all the same
        return folder, rs.run_recipe("few-shot-landscape", to=folder, options=QUICK, stand_in="always")


def test_the_whole_study(landscape) -> None:
    folder, found = landscape
    assert {row.status for row in found.rows} == {"stand-in"}
    held = found.results.select("peaks_agreement")
    assert {record.column for record in held} == {"subject", "answer"}
    assert {record.place.model for record in held} == {"0 shots", "2 shots"}
    assert all(record.result.options["z"] == 1.6 and record.result.options["k"] == 16 for record in held)
    figures = {file.stem for file in (folder / "figures").glob("*.png")}
    assert {
        "peaks-subject",
        "peaks-answer",
        "number-of-peaks",
        "topography-0-shots",
        "flow-2-shots",
        "density-0-shots",
    } <= figures
    assert any(note.startswith("Left out, since most prompts end in one and the same state") for note in found.notes)
    assert not found.results.failed
    assert any("no number says anything about" in note for note in found.notes)


def test_own_questions_need_their_columns(tmp_path: Path) -> None:
    pd.DataFrame({"text": ["a"] * 40, "subject": ["x"] * 40}).to_csv(tmp_path / "q.csv", index=False)
    with pytest.raises(InputError, match="must have the columns text, subject, answer. It lacks answer"):
        rs.run_recipe("few-shot-landscape", to=tmp_path / "s", data=str(tmp_path / "q.csv"), stand_in="always")
