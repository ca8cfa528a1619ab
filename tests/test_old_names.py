"""Public names of before go on working for one version, and say where they are now."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer

import repscape
import repscape.figures
import repscape.findings
import repscape.plots
import repscape.results

FIGURES = [
    "FORMATS",
    "Drawing",
    "Line",
    "Margin",
    "Panel",
    "Sketch",
    "alternative",
    "caption",
    "draw",
    "draw_clusters",
    "draw_confusion",
    "draw_embeddings",
    "draw_lines",
    "draw_margins",
    "draw_probes",
    "draw_rsa",
    "draw_second_level",
    "draw_similarities",
    "draw_strip",
    "paint",
    "save_drawings",
    "save_figures",
    "sketches",
    "to_bytes",
    "write_whole",
]
FINDINGS = ["LayerAdvice", "best_layer", "best_matches", "paired_differences", "simultaneous_bands", "suggest_layers"]


@pytest.mark.parametrize("name", FIGURES)
def test_plots_is_figures(name: str) -> None:
    with pytest.warns(FutureWarning, match=rf"from repscape\.figures import {name}`"):
        found = getattr(repscape.plots, name)
    assert found is getattr(repscape.figures, name)
    assert name in dir(repscape.plots)


@pytest.mark.parametrize("name", FINDINGS)
def test_what_judges_results_is_in_findings(name: str) -> None:
    with pytest.warns(FutureWarning, match=rf"results\.{name} is now repscape\.findings\.{name}"):
        found = getattr(repscape.results, name)
    assert found is getattr(repscape.findings, name) is getattr(repscape, name)


@pytest.mark.parametrize("module", [repscape.plots, repscape.results])
def test_other_names_are_not_there(module: object) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'draw_nothing'"):
        module.draw_nothing  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_old_module_loads_nothing_and_warns_of_nothing() -> None:
    code = (
        "import sys, repscape.plots; assert 'matplotlib' not in sys.modules and 'repscape.figures' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


README = (Path(__file__).parent / "golden" / "readme_0_1.md").read_text(encoding="utf-8")


def test_commands_of_the_first_readme_are_understood() -> None:
    app = typer.main.get_command(importlib.import_module("repscape.cli._app").app)
    lines = re.findall(r"^\$ repscape (.*?)(?:\s+#.*)?$", README, flags=re.MULTILINE)
    assert len(lines) >= 8
    for line in lines:
        name, *words = shlex.split(line)
        command = app.commands[name]
        command.make_context(name, words)  # parses, and runs nothing
    with pytest.raises(Exception, match="No such option"):
        app.commands["run"].make_context("run", ["--arays", "x"])


def test_code_of_the_first_readme_names_what_there_is() -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL))
    used = set(re.findall(r"\brs\.(\w+)", code))
    assert used == {"Plan", "extract", "id_twonn", "knn_graph", "overlap_labels", "run", "write_report"}
    assert all(hasattr(repscape, name) for name in used)
    X = np.random.default_rng(0).normal(size=(100, 4))
    results = repscape.run({"a": X, "b": X**3}, repscape.Plan(measures=["id_twonn", "overlap_neighbors"]))
    wanted = re.search(r"to_frame\(\)\[(\[.*?\])\]", code)
    assert wanted
    assert len(results.to_frame()[ast.literal_eval(wanted[1])]) > 2
    found = repscape.id_twonn(repscape.knn_graph(X, k=64))
    assert (found.value, found.interval, found.options["estimator"]) == (found.value, found.interval, "fit")
