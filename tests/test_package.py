"""The package as a whole: light to import, one flat face, imports that point one way, signatures that read alike."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

import repscape

ROOT = Path(repscape.__file__).parent
LEVELS = {
    "errors": 0,
    **dict.fromkeys(("_types", "_check", "_files", "_random", "machine"), 1),
    "_worker": 2,
    **dict.fromkeys(("examples", "extraction", "store", "synthetic"), 2),
    "graph": 3,
    "measures": 4,
    **dict.fromkeys(("results", "plan", "testing"), 5),
    **dict.fromkeys(("findings", "figures"), 6),
    "study": 7,
    **dict.fromkeys(("report", "explore", "sklearn"), 8),
    "recipes": 9,
    "cli": 10,
}
OLD = {"plots"}
"""Modules that are names of before alone: they stand on no level, load what they name at the call, and go with 0.2."""
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


@pytest.mark.parametrize("name", [name for name in repscape.__all__ if name not in ("errors", "synthetic", "testing")])
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


@dataclass(frozen=True)
class Import:
    """One name of ours that a file imports."""

    line: int
    module: tuple[str, ...]
    """The module's path below the package."""
    name: str
    door: bool
    """Whether it points upwards because the contract asks for it, at the call."""
    excused: bool = False
    """Whether the line says why it departs from the levels (a door is one such reason)."""


def imports(path: Path) -> list[Import]:
    """Return each import of our own in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ImportFrom) or not (node.level or (node.module or "").startswith("repscape")):
            continue
        base = parts[: len(parts) - node.level] if node.level else ()
        full = (*base, *(node.module or "").removeprefix("repscape").strip(".").split("."))
        _, _, reason = lines[node.lineno - 1].partition("# house:")
        door, excused = reason.strip() == "door", bool(reason.strip())
        found += [Import(node.lineno, tuple(filter(None, full)), alias.name, door, excused) for alias in node.names]
    return found


def breaks_levels(here: str, there: str) -> bool:
    return here != there and here in LEVELS and there in LEVELS and LEVELS[there] >= LEVELS[here]


def breaks_privacy(here: tuple[str, ...], there: Import) -> bool:
    """Whether a file in folder `here` reaches into another folder's private module; a folder's own ancestors are its own."""
    file = there.module if ROOT.joinpath(*there.module).with_suffix(".py").exists() else (*there.module, there.name)
    folder = file[:-1]
    return (
        bool(folder)
        and file[-1].startswith("_")
        and here[: len(folder)] != folder
        and ROOT.joinpath(*file).with_suffix(".py").exists()
    )


FILES = [path for path in ROOT.rglob("*.py") if path.name != "__main__.py"]


def test_nothing_private_crosses_a_folder() -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{one.line} imports {'.'.join(one.module)}.{one.name}"
        for path in FILES
        for one in imports(path)
        if breaks_privacy(path.relative_to(ROOT).parts[:-1], one) and path.name != "__init__.py"
    ]
    assert broken == []


def test_no_module_imports_itself_on_the_way() -> None:
    """Faces are lazy, so a cycle could hide until somebody asks for a name; look at every module as if all were loaded."""
    face = {folder: face_of(folder) for folder in {path.parent for path in FILES}}
    arrows = {
        path: {target for one in imports(path) if not one.door for target in targets(one, face)} for path in FILES
    }
    arrows = {path: found - {path} for path, found in arrows.items() if path.name != "__init__.py"}
    files = list(arrows)
    matrix = np.array([[there in arrows[here] for there in files] for here in files])
    _, ring = connected_components(matrix, directed=True, connection="strong")
    rings = [[str(files[i].relative_to(ROOT)) for i in np.flatnonzero(ring == one)] for one in np.unique(ring)]
    assert [names for names in rings if len(names) > 1] == []


def face_of(folder: Path) -> dict[str, Path]:
    """Return name -> file for what a folder's face offers."""
    stub = folder / "__init__.pyi"
    source = stub if stub.exists() else folder / "__init__.py"
    found: dict[str, Path] = {}
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            below = folder.joinpath(*node.module.split("."))
            for alias in node.names:
                file = below.with_suffix(".py")
                found[alias.asname or alias.name] = file if file.exists() else below
    return found


def targets(one: Import, face: Mapping[Path, Mapping[str, Path]]) -> list[Path]:
    """Return the file that an imported name comes from, through as many faces as there are."""
    place = ROOT.joinpath(*one.module)
    for file in (place.with_suffix(".py"), (place / one.name).with_suffix(".py")):
        if file.exists() and one.module:
            return [file]
    found = face.get(place, {}).get(one.name)
    while found is not None and found.is_dir():
        found = face.get(found, {}).get(one.name)
    return [found] if found is not None else []


def test_imports_point_down() -> None:
    broken = [
        f"{path.relative_to(ROOT)}:{one.line} imports {'.'.join(one.module)}.{one.name}"
        for path in FILES
        for one in imports(path)
        if not one.excused
        and breaks_levels(path.relative_to(ROOT).with_suffix("").parts[0], (*one.module, one.name)[0])
    ]
    assert broken == []


def test_every_package_stands_on_a_level() -> None:
    rooms = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert rooms - {"__init__", "__main__"} - OLD <= set(LEVELS)
    assert rooms >= OLD


def test_the_levels_test_sees_a_breach() -> None:
    assert breaks_levels("graph", "measures")
    assert breaks_levels("store", "graph")
    assert not breaks_levels("study", "graph")


def test_the_privacy_test_sees_a_breach() -> None:
    reach = Import(1, ("measures", "_result"), "Estimate", door=False)
    assert breaks_privacy(("figures", "matplotlib"), reach)
    assert not breaks_privacy(("measures", "dimension"), reach)


def test_the_page_of_licences_has_every_requirement_that_users_install() -> None:
    import re
    import tomllib

    top = ROOT.parents[1]
    project = tomllib.loads((top / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {
        name: lines for name, lines in project["optional-dependencies"].items() if name not in ("all", "dev", "docs")
    }
    wanted = {
        re.match(r"[\w-]+", line)[0].lower().replace("_", "-")
        for lines in (project["dependencies"], *extras.values())
        for line in lines
    } - {project["name"]}
    listed = re.findall(
        r"^\| ([\w.-]+) \|", (top / "docs" / "licences.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert wanted - {name.lower().replace("_", "-") for name in listed} == set()  # else: make licences
