"""A stranger's study folder: nothing in it runs, nothing outside it is read or written, and each refusal says why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from repscape.errors import InputError, RepscapeError
from repscape.extraction import names_function
from repscape.study import add_to_study, describe, predict, read_study
from tests.cli.helpers import call, without_drawing
from tests.extraction.tiny_models import WORDS, save_tiny
from tests.faults.canary import CANARY, watched
from tests.faults.stranger import HOSTILE, pickles, rewrite_plan, rewrite_probes, settle

ALLOW = "What a file says never runs code: if you trust it, say so yourself: "


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole study of a model, with a kept probe; its data and its model lie inside, as in a folder that was sent."""
    folder = tmp_path_factory.mktemp("sent") / "study"
    save_tiny("BERT", folder.parent / "models")
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS[:16], 5)) for _ in range(40)]
    kinds = [HOSTILE[place % 3] for place in range(40)]
    pd.DataFrame({"text": texts, "kind": kinds}).to_csv(folder.parent / "t.csv", index=False)
    words = (
        "--model",
        folder.parent / "models",
        "--data",
        folder.parent / "t.csv",
        "--text",
        "text",
        "--label",
        "kind",
    )
    with without_drawing():
        said = call("run", *words, "-q", "--measures", "id_twonn, probe_linear(folds=2)", "-o", folder)
    assert said.exit_code == 0, said.stderr
    assert predict(folder, texts[:2]).layer
    shutil.move(folder.parent / "models", folder / "models")
    shutil.move(folder.parent / "t.csv", folder / "t.csv")
    rewrite_plan(folder, model="models", data="t.csv")
    rewrite_probes(folder, str(folder / "models"))
    settle(folder)
    return folder


@pytest.fixture
def study(sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy; whoever receives it stands beside it, with the stranger's code on Python's path."""
    folder = Path(shutil.copytree(sent, tmp_path / "received" / "study"))
    settle(folder)
    (tmp_path / "outside").mkdir()
    np.savez(tmp_path / "outside" / "secret.npz", layer0=np.eye(40), kind=np.arange(40))
    (tmp_path / "outside" / "secret.csv").write_text("id,kind\n0,a\n")
    monkeypatch.chdir(folder)
    yield folder
    assert not list(tmp_path.rglob("sung"))


def test_every_command_and_function_on_a_folder_that_asks_for_everything(study: Path, tmp_path: Path) -> None:
    """The states are whole: nothing has to be opened again, so all of it works, and none of what it names is touched."""
    bombs, outside = pickles(study), tmp_path / "outside"
    rewrite_plan(
        study,
        model=f"{CANARY}:build",
        data="../../outside/secret.csv",
        columns=[f"kind={outside / 'secret.npz'}:kind"],
        options={"text": "text", "trust_remote_code": True, "allow_pickle": True},
    )
    assert rewrite_probes(study, f"{CANARY}:build")
    again = [
        ("info", study), ("check", study), ("report", study), ("plot", study, "-o", tmp_path / "p", "--formats", "svg"),
        ("diff", study, study), ("export-arrays", study, "-o", tmp_path / "e"), ("run", study, "--dry-run"),
        ("add", study, "-q", "--measures", "health_spectrum"), ("remove", study, "--measures", "health_spectrum"),
        ("info", study, "--json"), ("measure", "id_twonn", study), ("compare", study, study),
    ]  # fmt: skip
    with watched(outside):
        for words in again:
            said = call(*words)
            assert said.exit_code in (0, 1), said.output
            assert "\x1b" not in said.output
            assert said.exit_code == 0 or words[0] in ("export-arrays", "measure", "compare"), (words, said.output)
        opened = rs.open_study(study)
        assert len(opened.results)
        assert opened.plan
        assert opened.examples is not None
        assert opened.problems() == ()
        assert rs.load_results(study)
        assert rs.open_store(study).layers
        assert describe(study)
        for path in bombs.values():
            with pytest.raises((RepscapeError, OSError)):
                rs.load_results(path)
    page = (study / "report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_what_would_run_is_said_with_where_it_lies_and_how_to_allow_it(study: Path, tmp_path: Path) -> None:
    shutil.rmtree(study / "activations.zarr")
    options = {"text": "text"}
    cases = (
        ({"model": f"{CANARY}:build"}, f"{CANARY}:build ({study / CANARY}.py)", "--allow-code"),
        ({"model": "models", "options": {**options, "trust_remote_code": True}}, "models", "--trust-remote-code"),
        ({"model": "models", "options": {**options, "allow_pickle": True}}, "models", "--allow-pickle"),
    )
    for source, what, flag in cases:
        rewrite_plan(study, **source)
        with watched(tmp_path / "outside"):
            for words in (
                ("run", study, "-q"),
                ("run", study, "-q", "--dry-run"),
                ("run", study / "study.toml", "-o", "o"),
            ):
                said = call(*words)
                assert said.exit_code == 1
                for word in (str(study / "study.toml"), what, ALLOW + flag):
                    assert word in said.stderr, said.stderr
            with pytest.raises(InputError, match=ALLOW + flag):
                read_study(study).opened(study)
    rewrite_plan(study, model=f"{CANARY}:build", options=options)
    allowed = read_study(study).trusting(allow_code=True)
    with pytest.raises(InputError, match="SystemExit"):  # what is allowed does run
        allowed.opened(study)
    (study / "sung").unlink()
    del sys.modules[CANARY]


def test_a_folder_of_a_function_s_name_is_a_folder(study: Path, tmp_path: Path) -> None:
    shutil.move(study / "models", study / f"{CANARY}:build")
    assert not names_function(f"{CANARY}:build")
    rewrite_plan(study, model=f"{CANARY}:build")
    with watched(tmp_path / "outside"):
        said = predict(study, ["a text"], model=f"{CANARY}:build")
    assert said.layer


def test_predict_on_a_stranger_s_folder_is_safe(study: Path, tmp_path: Path) -> None:
    for gone in ((), ("activations.zarr",), ("results.zarr", "results.csv", "graphs.zarr")):
        for name in gone:
            shutil.rmtree(study / name) if (study / name).is_dir() else (study / name).unlink()
        rewrite_probes(study, f"{CANARY}:build")
        with watched(tmp_path / "outside"):
            with pytest.raises(InputError, match=ALLOW + "--allow-code") as refused:
                predict(study, ["a text"], layer=0 if gone else "best")
            assert f"the function {CANARY}:build ({study / CANARY}.py)" in str(refused.value)
            said = call("predict", study, "a text", "--layer", "best")
            assert (said.exit_code, ALLOW + "--allow-code" in said.stderr) == (1, True)
            found = predict(study, ["a text"], model="models")  # whoever says himself where the model is may ask
        assert len(found.said) == 1


def test_add_runs_what_is_named_now_and_nothing_else(study: Path, tmp_path: Path) -> None:
    rewrite_plan(study, model=f"{CANARY}:build")
    shutil.rmtree(study / "activations.zarr")
    before = (study / "study.toml").read_bytes()
    with watched(tmp_path / "outside"), pytest.raises(InputError, match=ALLOW + "--allow-code"):
        add_to_study(study, models=["b=models"])
    assert (study / "study.toml").read_bytes() == before


def test_pickles_under_any_name_are_not_loaded(study: Path, tmp_path: Path) -> None:
    bombs = pickles(tmp_path / "received")
    with watched(tmp_path / "outside"):
        for path in bombs.values():
            for words in (
                ("run", "--arrays", path, "-q", "-o", tmp_path / "o"),
                ("import-arrays", path, "-o", tmp_path / "i"),
                ("measure", "id_twonn", path),
                ("run", "--model", "models", "--data", path, "-q", "-o", tmp_path / "o"),
                ("run", study, "--labels-from", path, "-q"),
                ("info", path),
            ):
                said = call(*words)
                assert said.exit_code == 1, (words, said.output)
    assert not (tmp_path / "o").exists()
    assert not (tmp_path / "i").exists()
