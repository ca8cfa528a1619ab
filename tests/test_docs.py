"""What the README and the pages show runs as it stands, and the list of functions lacks none."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import repscape as rs
from tests.cli.helpers import call, svg_alone

ROOT = Path(__file__).parents[1]
README, TUTORIAL, OWN_MODEL = (ROOT / name for name in ("README.md", "docs/tutorial.md", "docs/own_model.md"))
OWN, TEN = 0, 1  # the order of the README's Python blocks
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
BUILT = {"gallery.md"}
"""Pages that `make docs` writes."""


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def commands(page: Path, *, with_: str) -> list[list[str]]:
    """Return the words after `repscape` of the commands that a page shows and that hold some text."""
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    shown = [line.partition("#")[0].removeprefix("$ repscape ") for line in lines if line.startswith("$ repscape ")]
    found = [shlex.split(line) for line in shown if with_ in line]
    assert found, f"{page.name} shows no command with {with_!r}"
    return found


def run(words: list[str]) -> str:
    """Run a command as the page shows it; return what it printed."""
    said = call(*words)
    assert said.exit_code == 0, f"repscape {shlex.join(words)}: {said.stderr}"
    return said.stdout


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in an empty folder, from which Python imports as it does at the command line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with svg_alone():
        yield


def write_arrays() -> None:
    """Make layers.npz as the README takes it."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 200)
    layers = {f"layer{i}": rng.normal(size=(200, 8)) + i * labels[:, None] for i in range(4)}
    np.savez("layers.npz", labels=labels, **layers)


def write_model_and_texts() -> pd.DataFrame:
    """Make my-model and texts.csv as the README takes them."""
    from tests.extraction.tiny_models import WORDS, save_tiny

    save_tiny("BERT", Path("my-model"))
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, rng.integers(3, 12))) for _ in range(60)]
    table = pd.DataFrame({"text": texts, "topic": rng.integers(0, 2, 60)})
    table.to_csv("texts.csv", index=False)
    return table


def test_ten_lines(capsys: pytest.CaptureFixture[str]) -> None:
    write_arrays()
    exec(blocks(README, "python")[TEN], {})
    assert Path("report.html").exists()
    assert Path("ten-lines/results.csv").exists()
    assert "overlap_neighbors" in capsys.readouterr().out


def test_own_model_from_python() -> None:
    texts = write_model_and_texts()
    scope = {"model": "my-model", "texts": texts}
    exec(blocks(README, "python")[OWN], scope)
    assert {r.info.name for r in scope["results"]} == {"id_twonn", "overlap_labels"}


@pytest.mark.slow  # four commands, one of them the whole of a study
def test_own_model_from_a_shell() -> None:
    write_model_and_texts()
    shown = commands(README, with_="./my-model")
    listed, planned, done = map(run, shown)
    assert "encoder.layer.2" in listed
    assert "60" in planned
    assert "overlap_labels[topic]" in done
    assert Path("study/report.html").exists()
    assert commands(OWN_MODEL, with_="./my-model") == shown
    (asked,) = commands(README, with_="predict")
    assert run(asked)


def test_arrays_from_a_shell() -> None:
    write_arrays()
    for words in commands(README, with_="--arrays"):
        assert "overlap_labels[labels]" in run(words)


def test_recipes_of_the_readme() -> None:
    listed, planned = (run(words) for words in commands(README, with_="recipe ") if "-o" not in words)
    assert "curse" in listed
    assert planned
    assert not list(Path().iterdir())
    table = README.read_text(encoding="utf-8").partition("[recipes](docs/recipes/index.md) |")[2].partition("\n\n")[0]
    assert sorted(re.findall(r"`([\w-]+)`", table)) == sorted(rs.list_recipes())


@pytest.mark.slow  # trains, charts two models and writes the report
def test_tutorial(capsys: pytest.CaptureFixture[str]) -> None:
    threads = torch.get_num_threads()
    try:
        exec("\n".join(blocks(TUTORIAL, "python")), {})
    finally:
        torch.set_num_threads(threads)
    said = capsys.readouterr().out
    assert "Store('trained.zarr': 7 layers, 597 rows)" in said
    last = next(line.split() for line in said.splitlines() if line.startswith("6 "))
    assert float(last[1]) > float(last[2]) + 0.2  # training keeps the digits together; the page says so
    assert Path("study/report.html").exists()
    for words in commands(TUTORIAL, with_="trained.zarr"):
        assert "id_twonn" in run(words)


def test_network_of_ones_own() -> None:
    write_model_and_texts()
    Path("mine.py").write_text(blocks(OWN_MODEL, "python")[0], encoding="utf-8")
    listed, done = (run(words) for words in commands(OWN_MODEL, with_="mine:tiny"))
    assert "Tanh" in listed or "2" in listed
    assert "overlap_labels[topic]" in done


def test_pictures_through_a_checkpoint_file() -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    for row in range(24):
        place = Path("photos") / ("cat", "dog")[row % 2]
        place.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(place / f"{row}.png")
    code = blocks(OWN_MODEL, "python")[1]
    Path("pictures.py").write_text(code, encoding="utf-8")
    body = code.partition("net = ")[2].partition("    held = ")[0]
    weights = eval(body, {"torch": torch}).state_dict()
    torch.save({"state_dict": {f"module.{name}": weight for name, weight in weights.items()}}, "weights.pt")
    listed, done = (run(words) for words in commands(OWN_MODEL, with_="pictures:network"))
    assert "Conv2d" in listed or "3" in listed
    assert "overlap_labels(k=5)[label]" in done


def test_words_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    import matplotlib.pyplot as plt

    rng, words = np.random.default_rng(0), ["cat", "dog", "horse", "cow", "hammer", "knife", "table", "chair"]
    for name, wide in (("glove.6B.50d.txt", 50), ("glove.twitter.27B.25d.txt", 25)):
        rows = [" ".join([word, *(f"{value:.4f}" for value in rng.normal(size=wide))]) for word in words]
        Path(name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    exec(blocks(OWN_MODEL, "python")[2], {})
    plt.close("all")
    assert capsys.readouterr().out.count("±") == 2
    assert Path("strip.png").stat().st_size > 0


def test_every_public_name_is_listed() -> None:
    face = (ROOT / "src/repscape/__init__.pyi").read_text(encoding="utf-8")
    public = ast.literal_eval(re.search(r"__all__ = (\[.*?\])", face, flags=re.DOTALL)[1])  # type: ignore[index]
    pages = (ROOT / "docs/api").glob("*.md")
    listed = {name for page in pages for name in re.findall(r"\w+", page.read_text(encoding="utf-8"))}
    assert len(public) > 60
    assert [name for name in public if name not in listed] == []


def test_links_lead_somewhere() -> None:
    pages = [
        *ROOT.glob("*.md"),
        *(p for p in (ROOT / "docs").rglob("*.md") if "_build" not in p.parts and p.name not in BUILT),
    ]
    inside = [(page, link) for page in pages for link, _ in LINK.findall(page.read_text(encoding="utf-8"))]
    inside = [(page, link) for page, link in inside if not link.startswith(("http", "mailto")) and link not in BUILT]
    assert len(inside) > 50
    lost = [
        f"{page.relative_to(ROOT)}: {link}"
        for page, link in inside
        if not any((page.parent / f"{link}{suffix}").exists() for suffix in ("", ".md"))
    ]
    assert lost == []


def test_files_named_in_the_architecture_are_there() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w/]+(?:\.\w+)?/?)`", page) if "/" in name}
    assert len(named) > 20
    assert [
        name for name in sorted(named) if not any((up / name).exists() for up in (ROOT, ROOT / "src/repscape"))
    ] == []


def test_whatever_is_on_the_pages_of_functions_has_an_example() -> None:
    """Of what is only ever returned, the function that returns it has one."""
    returned = {"FigureSpec", "Store", "Study"}
    named = [
        path
        for page in (ROOT / "docs/api").glob("*.md")
        for path in re.findall(r"auto(?:function|class):: (repscape\S+)", page.read_text(encoding="utf-8"))
    ]
    assert len(named) > 150
    lacking = []
    for path in named:
        module, _, name = path.rpartition(".")
        if name not in returned and ">>>" not in (inspect.getdoc(getattr(importlib.import_module(module), name)) or ""):
            lacking.append(path)
    assert lacking == []
