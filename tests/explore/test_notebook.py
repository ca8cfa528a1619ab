"""The notebook of the tutorial: every cell runs, and what its last cells show is what is asked of them."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np

import repscape as rs

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


def test_every_cell_runs_and_shows_its_value(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("repscape.explore._explore.in_kernel", lambda: True)
    held = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in held["cells"] if cell["cell_type"] == "code"]
    scope: dict = {}
    shown = [value_of(cell, scope) for cell in cells]
    assert "<div" in shown[1]._repr_html_()
    assert all(isinstance(sentence, str) for sentence in shown[2])
    widget = shown[3]
    assert "application/vnd.jupyter.widget-view+json" in widget._repr_mimebundle_()[0]
    true = rs.knn_graph(np.load("layers.npz")["layer5"], 10).indices[7]
    assert shown[4].tolist() == true.tolist()
    assert all(not cell.get("outputs") for cell in held["cells"])  # committed without what one machine saw
    widget._explorer.close()
    widget.close()


def value_of(source: str, scope: dict):
    """Run a cell; return the value of its last expression, as a notebook shows it."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), scope)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), scope)
