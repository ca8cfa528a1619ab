"""The package as a whole: light to import, one flat face, imports that point one way, signatures that read alike."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import repscape

ROOT = Path(repscape.__file__).parent
LEVELS = {
    **{"errors": 0, "_types": 1, "_check": 1, "_random": 1},
    **dict.fromkeys(("examples", "extraction", "store", "graph", "synthetic"), 2),
    **{
        "measures": 3,
        "results": 4,
        "plan": 4,
        "study": 5,
        "plots": 6,
        "report": 7,
        "recipes": 8,
        "explore": 8,
        "cli": 9,
    },
}
HEAVY = (
    "torch",
    "transformers",
    "numba",
    "sklearn",
    "scipy",
    "zarr",
    "xarray",
    "pandas",
    "matplotlib",
    "plotly",
    "rich",
    "typer",
)


def loaded_after(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter holds after running `code`."""
    script = f"{code}\nimport sys, json; print(json.dumps(sorted({{m.partition('.')[0] for m in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def seconds(code: str) -> float:
    """Return the processor seconds of the quickest of five fresh interpreters: busy neighbours cost wall time only."""
    script = f"{code}\nimport os; t = os.times(); print(t.user + t.system)"
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(5)
    ]
    return min(float(run.stdout) for run in runs)


def test_import_loads_nothing_heavy() -> None:
    assert loaded_after("import repscape").isdisjoint(HEAVY)


def test_import_costs_little_more_than_numpy() -> None:
    assert seconds("import numpy, repscape") - seconds("import numpy") < 0.3


def test_a_graph_and_a_dimension_need_no_framework() -> None:
    code = (
        "import numpy as np, repscape as rs\n"
        "rs.id_twonn(rs.knn_graph(np.random.default_rng(0).normal(size=(200, 4)), 3))"
    )
    assert loaded_after(code).isdisjoint(("torch", "pandas", "xarray", "matplotlib", "zarr"))


def test_every_public_name_loads() -> None:
    for name in repscape.__all__:
        assert getattr(repscape, name) is not None
    assert {"Curve", "Estimate", "Measure", "NeighborGraph", "Plan", "Results", "Trajectory"} <= set(repscape.__all__)
    assert {"id_twonn", "id_gride", "id_decimation", "overlap_neighbors", "overlap_labels"} <= set(repscape.__all__)
    assert {"knn_graph", "run", "load_results", "write_report", "id_twonn_ratios"} <= set(repscape.__all__)


@pytest.mark.parametrize("name", [name for name in repscape.__all__ if name not in ("errors", "synthetic")])
def test_public_signatures_and_docstrings(name: str) -> None:
    thing = getattr(repscape, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        positional = [
            p
            for p in inspect.signature(thing).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        assert len(positional) <= 3, f"{name} takes {len(positional)} positional arguments"
        doc = inspect.getdoc(thing) or ""
        for section in ("Parameters", "Returns", "Examples"):
            assert section in doc, f"the docstring of {name} has no {section}"


def imports(path: Path) -> list[tuple[int, str]]:
    """Return (line, package of ours) for each import of our own in a file."""
    parts = ["repscape", *path.relative_to(ROOT).with_suffix("").parts]
    package = parts[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            full = [*base, *(node.module.split(".") if node.module else [])]
            names = [full + alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
        else:
            continue
        found += [(node.lineno, name[1]) for name in names if name[0] == "repscape" and len(name) > 1]
    return found


def breaks_levels(here: str, there: str) -> bool:
    return here != there and here in LEVELS and there in LEVELS and LEVELS[there] >= LEVELS[here]


def test_imports_point_down() -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{line} imports {there}"
        for path in ROOT.rglob("*.py")
        for line, there in imports(path)
        if breaks_levels(path.relative_to(ROOT).with_suffix("").parts[0], there)
    ]
    assert broken == []


def test_every_package_stands_on_a_level() -> None:
    rooms = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__"} <= set(LEVELS)


def test_the_levels_test_sees_a_breach() -> None:
    assert breaks_levels("graph", "measures")
    assert breaks_levels("store", "graph")
    assert not breaks_levels("study", "graph")
