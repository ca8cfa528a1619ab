"""Peaks by layer beside subjects and answers: whole with what stands in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.recipes import _run
from repscape.recipes.studies._few_shot_questions import _matched

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


def test_parts_hold_the_same_questions_row_by_row() -> None:
    order = SimpleNamespace(data="q.csv")
    table = pd.DataFrame({"id": range(6), "text": list("abcdef"), "subject": list("xyxyyx"), "answer": list("pqpqqp")})
    zero, two = table.head(2), table.iloc[2:4]
    found, note = _matched(order, {"0 shots": zero, "2 shots": two})
    assert [own.index.tolist() for own in found.values()] == [[0, 1], [0, 1]]
    assert not note
    ids = {name: own.assign(source_id=i) for name, own, i in (("0", zero, [7, 8]), ("2", table.iloc[3:6], [8, 9, 7]))}
    found, note = _matched(order, ids)
    assert [own["id"].tolist() for own in found.values()] == [[7, 8], [7, 8]]
    assert note.startswith("1 prompts are left out")
    with pytest.raises(InputError, match="2 of 0 shots and 1 of 2 shots. Number the questions in a column id"):
        _matched(order, {"0 shots": zero, "2 shots": two.head(1)})
