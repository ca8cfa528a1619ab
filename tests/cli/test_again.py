"""`plot`, `report` and `info`: a study looked at again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import repscape
from repscape.measures import MEASURES
from tests.cli.helpers import N, call, layers, tree
from tests.cli.published import publish

ALL_FORMATS = True


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("again")
    words = ("--measures", "id_twonn, overlap_labels(k=5)", "--label", "kind", "-q", "-o", home / "study")
    assert call("run", "--arrays", layers(home), *words).exit_code == 0
    return home / "study"


def test_plot_draws_the_same_figures_again(study: Path, tmp_path: Path) -> None:
    result = call("plot", study, "-o", tmp_path / "figures", "--formats", "svg,pdf")
    assert result.exit_code == 0
    drawn = {Path(line).name for line in result.stdout.splitlines()}
    assert drawn == {"id_twonn.svg", "id_twonn.pdf", "overlap_labels.svg", "overlap_labels.pdf"}
    kept = tree(study / "figures")
    assert all(kept[name] == content for name, content in tree(tmp_path / "figures").items())


def test_plot_refuses_a_format_by_name(study: Path, tmp_path: Path) -> None:
    result = call("plot", study, "-o", tmp_path / "figures", "--formats", "pngg")
    assert result.exit_code == 1
    assert "formats of save_figures must be one of 'png', 'svg', 'pdf'. Got 'pngg'. Did you mean 'png'" in result.stderr
    assert not (tmp_path / "figures").exists()


def test_report_takes_a_title_and_escapes_it(study: Path, tmp_path: Path) -> None:
    result = call("report", study, "-o", tmp_path / "page.html", "--title", "<b>mine</b>")
    assert result.stdout == f"{tmp_path / 'page.html'}\n"
    page = (tmp_path / "page.html").read_text()
    assert "&lt;b&gt;mine&lt;/b&gt;" in page
    assert "<b>mine</b>" not in page


@pytest.mark.parametrize("command", ["plot", "report"])
def test_a_folder_without_results_is_refused(command: str, tmp_path: Path) -> None:
    result = call(command, tmp_path)
    assert result.exit_code == 1
    assert f"no results in {tmp_path}" in result.stderr


def test_info_of_a_study_an_archive_and_what_was_imported(study: Path, tmp_path: Path) -> None:
    said = json.loads(call("info", study, "--json").stdout)
    assert (said["kind"], said["results"]) == ("study", 6)
    assert said["plan"]["measures"] == [{"name": "id_twonn"}, {"name": "overlap_labels", "k": 5}]
    said = json.loads(call("info", study.parent / "layers.npz", "--json").stdout)
    assert (said["kind"], said["n"], said["columns"]) == ("arrays", N, ["kind", "score"])
    assert said["layers"]["layer2"] == "(60, 4) float64"
    files = publish(tmp_path / "files", n=40, layers=range(1, 2))
    call("import-arrays", files, "--model", "m", "-q", "-o", tmp_path / "taken")
    for folder, kind, name in (
        (files, "neighbors", "layer1:pre_ln"),
        (tmp_path / "taken", "imported", "m layer1:pre_ln"),
    ):
        said = json.loads(call("info", folder, "--json").stdout)
        assert (said["kind"], said["layers"][name]) == (kind, "neighbours (40, 15), distances (40, 2)")
    assert "kind: study" in call("info", study).stdout


def test_info_alone_tells_what_can_be_measured() -> None:
    said = json.loads(call("info", "--json").stdout)
    assert said["version"] == repscape.__version__
    assert [row["name"] for row in said["measures"]] == list(MEASURES)
    assert "id_gride(max_rank=64" in call("info").stdout


def test_a_study_folder_is_run_again_without_saying_where(tmp_path: Path) -> None:
    np.savez(tmp_path / "l.npz", a=np.random.default_rng(0).normal(size=(60, 4)))
    folder = tmp_path / "s"
    assert call("run", "--arrays", tmp_path / "l.npz", "--measures", "id_twonn", "-q", "-o", folder).exit_code == 0
    assert call("run", folder, "-q", "--json").exit_code == 0
    refused = call("run", "--arrays", tmp_path / "l.npz")
    assert refused.exit_code == 2
    assert "--out DIR" in refused.output
