"""The demo ends in a report of a network that learned, or in an error; its sentences say what the numbers are."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import repscape as rs
from repscape.errors import NotLearnedError
from repscape.recipes import Demo, run_demo
from repscape.recipes.demo import DemoRun, _demo, _demo_torch
from repscape.recipes.demo._demo import Rise
from tests.cli.helpers import call
from tests.recipes.conftest import part_of

STEPS = (0, 90, 900)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, trained: DemoRun) -> tuple[Demo, Path]:
    """The demo with three checkpoints instead of six, and without figures beside the page."""
    folder = tmp_path_factory.mktemp("demo") / "out"

    def once(*, rng: int, shuffle_labels: bool, progress: object) -> DemoRun:
        assert (rng, shuffle_labels) == (0, False)
        return part_of(trained, STEPS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_demo_torch, "train_demo", once)
        patch.setattr(_demo, "save_painted", lambda results, where: {})
        return run_demo(folder, threads=2), folder


def test_accuracy_and_overlap_rise_by_more_than_two_paired_errors(demo: tuple[Demo, Path]) -> None:
    found, folder = demo
    accuracy, overlap = found.rises
    assert list(found.accuracy) == list(STEPS)
    assert (found.accuracy[0], found.accuracy[900]) == (accuracy.untrained, accuracy.trained)
    assert accuracy.trained >= 0.95
    for rise in (accuracy, overlap):
        assert rise.trained - rise.untrained > 2 * rise.stderr > 0
    last = [
        record.result
        for record in rs.load_results(folder).select("overlap_labels", site="residual")
        if record.place.layer.name == "blocks.5"
    ]
    assert (overlap.untrained, overlap.trained) == pytest.approx((last[0].value, last[-1].value))
    apart = last[-1].per_point - last[0].per_point
    assert overlap.stderr == pytest.approx(apart.std(ddof=1) / math.sqrt(len(apart)))


def test_raw_pixels_stand_beside_them(demo: tuple[Demo, Path]) -> None:
    found, _ = demo
    assert list(found.pixels) == [600, 1797]
    assert found.pixels[1797] == pytest.approx(0.913, abs=5e-4)
    digits = load_digits()
    apart = ((digits.data[:, None, :] - digits.data[None, :200]) ** 2).sum(-1)  # the first 200, by hand
    np.fill_diagonal(apart[:200], np.inf)
    nearest = np.argsort(apart, axis=0, kind="stable")[:30]
    by_hand = (digits.target[nearest] == digits.target[:200]).mean()
    every = rs.overlap_labels(rs.knn_graph(digits.data, 30), digits.target)
    assert every.per_point[:200].mean() == pytest.approx(by_hand)
    assert every.value == pytest.approx(found.pixels[1797])


def test_the_report_says_so(demo: tuple[Demo, Path]) -> None:
    found, folder = demo
    page = (folder / "report.html").read_text()
    for line in found.lines():
        assert line in page
    assert sum("is more than two paired standard errors" in line for line in found.lines()) == 2
    assert "0.913 on all 1,797 digits" in page
    assert "same 600 held-out images" in page


def test_every_checkpoint_layer_and_site_was_charted(demo: tuple[Demo, Path]) -> None:
    results = rs.load_results(demo[1])
    places = {record.place for record in results}
    assert len(places) == 3 * (7 + 6 + 6)
    assert {record.profile for record in results} == {"depth", "next", "last", "pairs", "steps"}


def test_labels_that_mean_nothing_end_in_exit_1_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_demo_torch, "CHECKPOINTS", (0, 40))
    result = call("demo", "--shuffle-labels", "-q", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "held-out images rightly after 40 steps; it must reach 95%" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_too_little_training_is_an_error_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_demo_torch, "CHECKPOINTS", (0, 5))
    with pytest.raises(NotLearnedError, match="it must reach 95%"):
        run_demo(tmp_path / "out")


def test_a_rise_that_is_none_is_said_to_be_none() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.random(100), rng.random(100)
    rise = Rise.of("it", before, after)
    assert rise.stderr == pytest.approx((after - before).std(ddof=1) / 10)
    assert "NOT more than two paired standard errors" in str(rise)
    assert Rise.of("it", before, before).errors == 0
    assert Rise.of("it", np.zeros(9), np.ones(9)).errors == math.inf
