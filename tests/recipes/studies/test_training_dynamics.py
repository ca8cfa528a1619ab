"""A network settles: held-out label overlap rises, and successive checkpoints come to agree."""

from __future__ import annotations

from pathlib import Path

import pytest
from sklearn.datasets import load_digits

import repscape as rs
from repscape.errors import InputError
from repscape.recipes import demo
from repscape.recipes.demo import DemoRun
from repscape.report.map._study import load_map
from tests.recipes.conftest import part_of


@pytest.mark.slow
@pytest.mark.usefixtures("own_figures_only")
def test_a_network_settles(trained: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def once(*, rng: int, checkpoints: list[int], progress: object) -> DemoRun:
        assert rng == 0
        return part_of(trained, checkpoints)

    monkeypatch.setattr(demo, "train_demo", once)
    found = rs.run_recipe("training-dynamics", to=tmp_path)
    assert {row.status for row in found.rows} == {"reproduced"}
    kept = rs.paired_differences(found.results, "overlap_neighbors", between="steps", against="first")
    shared = rs.paired_differences(found.results, "overlap_labels", between="steps", against="first")
    for rise in (kept, shared):
        last = rise[(rise["depth"] == 1) & (rise["step"] == rise["step"].max())].iloc[0]
        assert last["difference"] > 2 * last["stderr"] > 0
    assert sum("more than two paired errors" in note and "NOT" not in note for note in found.notes) == 2
    assert (tmp_path / "figures" / "kept-over-training.png").exists()


@pytest.mark.usefixtures("numbers_only")
def test_the_page_shows_the_digits_at_every_checkpoint(tmp_path: Path) -> None:
    rs.run_recipe("training-dynamics", to=tmp_path, options={"steps": 4, "checkpoints": 2})
    shown, digits = load_map(tmp_path), load_digits()
    assert [(place.step, place.layer.index) for place in shown.places] == [
        (step, index) for step in (0, 2, 4) for index in range(7)
    ]
    every = {image.tobytes(): label for image, label in zip(digits.images, digits.target, strict=True)}
    back = (shown.pictures[..., 0] * (16 / 255)).round()
    assert [every[image.tobytes()] for image in back] == shown.table["digit"].tolist()


def test_steps_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"must be in \[2, 900\] \(steps\). Got 1"):
        rs.run_recipe("training-dynamics", to=tmp_path, options={"checkpoints": 1})
