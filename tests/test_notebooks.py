"""Notebooks of the docs: whole, without outputs, and of names that there are; `make docs` runs them from empty kernels."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import repscape as rs

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 9


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_cells_are_python_without_outputs_and_name_what_there_is(file: Path) -> None:
    held = json.loads(file.read_text(encoding="utf-8"))
    cells = [cell for cell in held["cells"] if cell["cell_type"] == "code"]
    assert held["cells"][0]["source"][0].startswith("# ")
    assert "install --quiet 'repscape[models]'" in "".join(cells[0]["source"])
    assert "colab" in held["metadata"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells)
    tree = ast.parse("\n".join("".join(cell["source"]) for cell in cells))
    named = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "rs"
    }
    assert named
    assert [name for name in named if not hasattr(rs, name)] == []
