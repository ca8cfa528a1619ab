"""Links that lie in wait: temporary names, files and folders of a study, chunks of a store; none is followed out of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import StoreError
from repscape.figures import save_figures
from repscape.machine import check_inside, whole_folder, write_whole
from repscape.measures.probes import fit_probe
from repscape.study import add_to_study, import_arrays, repair_study, run_study
from repscape.study.reading import read_study
from tests.cli.helpers import call, layers, without_drawing
from tests.faults.canary import content, watched

LEADS = "is a link that leads out of"
OWN = (
    "study.toml", "graphs.zarr", "results.zarr", "examples.zarr", "results.csv", "report.html", "figures", "journal", "probes",
    "activations", "activations.zarr", ".lock", ".lock.json",
)  # fmt: skip
TEMPORARY = (
    "study.part",
    "study.toml.part",
    "results.csv.part",
    "report.html.part",
    "probe.json.part",
    ".results.csv.part",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    said = call(
        "run", "--arrays", layers(folder), "--label", "kind", "--measures", "id_twonn", "-q", "-o", folder / "study"
    )
    assert said.exit_code == 0, said.output
    return folder / "study"


@pytest.fixture
def study(whole: Path, tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "mine").write_text("mine")
    return Path(shutil.copytree(whole, tmp_path / "study", symlinks=True))


@pytest.mark.parametrize("name", OWN)
def test_an_own_name_that_leads_out_is_refused_by_every_command(name: str, study: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    if (study / name).exists():
        shutil.move(study / name, outside / "moved")
    else:
        (outside / "moved").mkdir()
    (study / name).symlink_to(outside / "moved")
    if name != "study.toml":  # a file that says what to run is read where the user says it lies
        with pytest.raises(StoreError, match=f"{name} {LEADS}"):
            rs.open_study(study)
    before = content(outside)
    for words in (
        ("report", study), ("check", study), ("check", study, "--repair"), ("plot", study), ("run", study, "-q"),
        ("add", study, "-q", "--measures", "health_hubness"), ("remove", study, "--measures", "id_twonn"),
    ):  # fmt: skip
        said = call(*words)
        assert (said.exit_code, LEADS in said.stderr) == (1, True), (words, said.output)
    assert content(outside) == before


@pytest.mark.parametrize("deep", ["graphs.zarr/zarr.json", "journal/a.unit", "results.zarr/x", "graphs.zarr/a/b/c"])
def test_a_link_deep_inside_is_found(deep: str, study: Path, tmp_path: Path) -> None:
    place = study / deep
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(tmp_path / "outside" / "mine")
    with watched(tmp_path / "outside"):
        for work in (
            lambda: rs.open_study(study),
            lambda: run_study(read_study(study), study),
            lambda: add_to_study(study, plan={"measures": [{"name": "id_mle"}]}),
            lambda: repair_study(study),
            lambda: rs.run({"a": np.eye(60)}, folder=study),
            lambda: rs.predict(study, ["a"]),
        ):
            with pytest.raises(StoreError, match=f"{Path(deep).name} {LEADS}"):
                work()


def test_links_that_stay_inside_and_a_folder_reached_by_a_link_are_fine(study: Path, tmp_path: Path) -> None:
    (study / "figures" / "again").symlink_to("../report.html")
    (tmp_path / "shortcut").symlink_to(study, target_is_directory=True)
    assert rs.open_study(tmp_path / "shortcut").problems() == ()
    (study / "notes").symlink_to(tmp_path / "outside")  # no name of ours
    assert len(rs.open_study(study).results)


def test_what_is_no_file_is_refused_and_does_not_hang(study: Path) -> None:
    os.mkfifo(study / "journal" / "b.unit")
    with pytest.raises(StoreError, match="b.unit is neither a file nor a folder"):
        rs.open_study(study)


def test_a_store_and_results_that_lead_out_are_refused(tmp_path: Path) -> None:
    saved = rs.run({"a": np.eye(30), "b": np.eye(30)[:, :9] + 1}, rs.Plan(measures=["sim_cka"])).save(
        tmp_path / "saved"
    )
    shutil.move(saved / "results.zarr", tmp_path / "elsewhere")
    (saved / "results.zarr").symlink_to(tmp_path / "elsewhere")
    with watched(tmp_path / "elsewhere"):
        for work in (lambda: rs.load_results(saved), lambda: rs.Results(()).save(saved)):
            with pytest.raises(StoreError, match=LEADS):
                work()
    import_arrays(layers(tmp_path), tmp_path / "taken")
    store = tmp_path / "taken" / "activations.zarr"
    (chunk,) = store.glob("layers/0000/c/0/0")
    shutil.move(chunk, tmp_path / "chunk")
    chunk.symlink_to(tmp_path / "chunk")
    for path in (store, store.parent):
        with pytest.raises(StoreError, match=LEADS):
            rs.open_store(path)


def test_temporary_names_that_lie_in_wait_are_not_touched(study: Path, tmp_path: Path) -> None:
    target = tmp_path / "outside" / "mine"
    places = [study, study / "figures", study / "journal", study / "graphs.zarr", tmp_path]
    for place in places:
        for name in TEMPORARY:
            (place / name).symlink_to(target)
    rs.load_results(study).save(tmp_path / "saved")
    rs.write_report(rs.load_results(tmp_path / "saved"), tmp_path / "report.html")
    fit_probe(np.arange(20.0)[:, None], np.arange(20) > 9).save(tmp_path / "probe")
    save_figures(rs.load_results(tmp_path / "saved"), tmp_path / "figures", formats=["svg"])
    assert target.read_text() == "mine"


def test_files_and_folders_are_made_anew_with_the_umask(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a").symlink_to(tmp_path / "mine")
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", b"new")
        with whole_folder(tmp_path / "folder") as fresh:
            assert fresh.parent == tmp_path
            assert fresh.name.startswith(".folder-")
            (fresh / "b").write_text("b")
        with pytest.raises(ValueError, match="stop"), whole_folder(tmp_path / "none") as fresh:
            raise ValueError("stop")
    finally:
        os.umask(old)
    assert ((tmp_path / "mine").read_text(), (tmp_path / "a").read_text()) == ("mine", "new")
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "folder")] == [0o640, 0o750]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a", "folder", "mine"]
    with pytest.raises(OSError, match="not empty"), whole_folder(tmp_path / "folder"):
        pass
    long = tmp_path / f"{'x' * 250}.csv"
    write_whole(long, b"")
    assert long.is_file()


def test_an_export_goes_where_it_was_told_alone(study: Path, tmp_path: Path) -> None:
    with without_drawing(), watched(tmp_path / "outside"):
        assert call("export-arrays", study, "-o", tmp_path / "e").exit_code == 0
    check_inside(tmp_path / "e")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "e").iterdir()} == {0o666 & ~umask()}


def umask() -> int:
    old = os.umask(0)
    os.umask(old)
    return old
