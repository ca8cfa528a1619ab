"""Files that the product writes and reads again: nothing but what was written may ever come out of them."""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import repscape as rs
from repscape.store import open_store, read_arrays
from repscape.study import export_arrays, import_arrays, read_study
from repscape.study.reading import imported_models
from tests.faults.arrays import neighbours, published, spec_of
from tests.faults.kinds import Kind, Told, plain
from tests.faults.samples import LABELS, N, X
from tests.faults.templates import template

GOLDEN = Path(__file__).parents[1] / "golden"


@template
def study(folder: Path) -> None:
    """A study of two layers with labels."""
    plan = rs.Plan(
        measures=[("id_mle", {"k": 5}), ("overlap_labels", {"k": 3}), "sim_cka", ("overlap_neighbors", {"k": 3})],
        labels="sort",
        profiles=["next"],
    )
    np.savez(folder.parent / "layers.npz", a=X, b=X[:, :2])
    spec = {"arrays": str(folder.parent / "layers.npz")}
    rs.run(
        str(folder.parent / "layers.npz"), plan, folder=folder, columns={"sort": LABELS}, origin=spec, progress=False
    )


def results_of(folder: Path) -> Any:
    """Every number of a study by the journal; what is left out must be told."""
    study = rs.open_study(folder)
    found = {_spot(record): plain(_numbers(record.result)) for record in study.results}
    whole = _whole()
    if found != whole and found.items() <= whole.items() and study.problems():
        raise Told(str(study.problems()[0]))
    return found


@functools.cache
def _whole() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        study(Path(folder))
        return {_spot(record): plain(_numbers(record.result)) for record in rs.open_study(folder).results}


def _spot(record: Any) -> str:
    return repr((record.variant, record.place, record.other, record.column))


def _numbers(result: Any) -> Any:
    return {name: getattr(result, name) for name in type(result).__dataclass_fields__}


def frame_of(folder: Path) -> Any:
    results = rs.load_results(folder)
    return [(_spot(record), _numbers(record.result)) for record in results], results.warnings, results.provenance


def graphs_of(folder: Path) -> Any:
    held = [rs.open_study(folder).graph(layer) for layer in ("a", "b")]
    return [(graph.indices, graph.distances, graph.metric) for graph in held]


def columns_of(folder: Path) -> Any:
    return rs.open_study(folder).examples


def drawn(folder: Path) -> Any:
    from repscape.study import StudyFolder

    home = StudyFolder(folder)
    said = [home.drawn(what) for what in ("figures", "report.html")]
    if said != ["state", "state"] and set(said) <= {"", "state"}:
        raise Told("not known: drawn again")
    return said


def with_views(folder: Path) -> None:
    from repscape.study import StudyFolder

    study(folder)
    for what in ("figures", "report.html"):
        StudyFolder(folder).mark_drawn(what, "state")


@template
def store(folder: Path) -> None:
    """A store of two layers, with a table and a state of its making."""
    import_arrays(_layers(folder.parent), folder)


def _layers(folder: Path) -> Path:
    np.savez(folder / "l.npz", a=X, b=X[:, :2].astype(np.float32), sort=LABELS, value=np.arange(N) / 3)
    return folder / "l.npz"


def stored(folder: Path) -> Any:
    opened = open_store(folder)
    return {key: (np.asarray(opened[key]), opened.info(key)) for key in opened}, opened.examples, opened.provenance


def stored_in(folder: Path) -> Any:
    return stored(folder / "activations.zarr")


@template
def imported_graphs(folder: Path) -> None:
    """Published graphs that were taken in."""
    (folder.parent / "files").mkdir()
    neighbours(folder.parent / "files")
    import_arrays(folder.parent / "files", folder, columns={"sort": LABELS})


def taken_in(folder: Path) -> Any:
    from repscape.study.reading import read_source

    assert imported_models(folder)
    source = read_source(folder)
    held = [(one.place, one.graph.indices, one.graph.distances) for one in source.representations]
    return held, dict(source.columns)


@template
def exported(folder: Path) -> None:
    """The graphs of a study as neighbour files."""
    study(folder.parent / "study")
    export_arrays(folder.parent / "study", folder)


def _says_published(folder: Path) -> Any:
    """What numpy finds in them, the point itself left out."""
    found = []
    for place in (0, 1):
        indices, distances = (np.load(folder / f"layer{place}_{what}.npy") for what in ("indices", "dist"))
        found.append((f"layer{place}", indices[:, 1:], distances[:, 1:]))
    return found


@template
def probe(folder: Path) -> None:
    """A saved probe."""
    rs.fit_probe(X, LABELS, layer="a", about={"label": "sort"}).save(folder)


def asked(folder: Path) -> Any:
    found = rs.load_probe(folder)
    return found.predict_proba(X), found.predict(X), {n: getattr(found, n) for n in type(found).__dataclass_fields__}


def golden(name: str) -> Callable[[Path], None]:
    return lambda folder: shutil.copytree(GOLDEN / name, folder, dirs_exist_ok=True) and None


def group_of(folder: Path) -> Any:
    return read_arrays(folder, "numbers")


@template
def groups(folder: Path) -> None:
    """A group of arrays: numbers, text, nothing, a single one."""
    from repscape.store import write_arrays

    arrays = {"x": X, "names": LABELS, "none": np.zeros((0, 3)), "one": np.array(2.5), "many": np.arange(9)}
    write_arrays(folder, "numbers", arrays, attributes={"about": "them", "k": 3})


def study_file(folder: Path) -> Any:
    """What study.toml of a study says, through every door."""
    opened = rs.open_study(folder)
    return opened.plan.to_dict(), spec_of(folder), read_study(folder).load()[0].to_dict()


def _toml(folder: Path) -> Any:
    import tomllib

    return tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))


def check(folder: Path) -> list[object]:
    return ["check", folder]


def info(folder: Path) -> list[object]:
    return ["info", folder]


KINDS = (
    Kind(
        "activation store: zarr.json of the root", store, "activations.zarr/zarr.json", stored_in, "json", command=info
    ),
    Kind(
        "activation store: zarr.json of a layer",
        store,
        "activations.zarr/layers/*/zarr.json",
        stored_in,
        "json",
        command=info,
    ),
    Kind("activation store: chunks of a layer", store, "activations.zarr/layers/*/c/*/*", stored_in, command=info),
    Kind("activation store: the example table", store, "activations.zarr/examples-*/**/*", stored_in, command=info),
    Kind("activation store: provenance", store, "activations.zarr/provenance-*/**/*", stored_in, "json", command=info),
    Kind("activation store of version 0.1", golden("store_v1.zarr"), "layers/*/c/*/*", stored, command=info),
    Kind("group of arrays: zarr.json", groups, "**/zarr.json", group_of, "json"),
    Kind("group of arrays: chunks", groups, "*/*/*/c/**/*", group_of),
    Kind("graph store: zarr.json", study, "graphs.zarr/**/zarr.json", graphs_of, "json", command=check),
    Kind("graph store: chunks", study, "graphs.zarr/*/*/*/c/**/*", graphs_of, command=check),
    Kind("results.zarr: zarr.json", study, "results.zarr/**/zarr.json", frame_of, "json", command=check),
    Kind("results.zarr: chunks", study, "results.zarr/*/*/*/c/**/*", frame_of, command=check),
    Kind("examples.zarr: columns", study, "examples.zarr/**/*", columns_of, "json", command=check),
    Kind("journal: units", study, "journal/*.unit", results_of, command=check),
    Kind("journal: contents.json", study, "journal/contents.json", results_of, "text", command=check),
    Kind("journal: views.json", with_views, "journal/views.json", drawn, "text", command=check),
    Kind("study.toml of a study", study, "study.toml", study_file, "toml", _toml, same=False, command=check),
    Kind("results.csv, lying beside", study, "results.csv", results_of, "text", command=check),
    Kind("saved probe: probe.json", probe, "probe.json", asked, "json"),
    Kind("saved probe: weights", probe, "weights.safetensors", asked),
    Kind("imported graphs: index", imported_graphs, "graphs.zarr/**/zarr.json", taken_in, "json", command=info),
    Kind("imported graphs: chunks", imported_graphs, "graphs.zarr/*/*/*/c/**/*", taken_in, command=info),
    Kind("exported neighbour files", exported, "*.npy", published, says=_says_published, command=info),
)
KINDS = tuple(Kind(**{**{name: getattr(kind, name) for name in Kind.__slots__}, "group": "written"}) for kind in KINDS)
