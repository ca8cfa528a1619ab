"""What lies at a path, in a few words: for whoever finds a folder and wonders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..examples import kind_of_folder
from ..graph import NeighborGraph
from ._folder import StudyFolder
from ._study import open_study
from ._units import place_name
from .reading import imported_models, read_source


def describe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Say what a file or folder holds.

    Parameters
    ----------
    path : path
        A study folder, a store, a folder of arrays or of published neighbour files, what was imported from either, or a
        .npy or .npz.

    Returns
    -------
    dict
        Plain values. Always "path" and "kind" ("study", "store", "imported", "neighbors" or "arrays"). Of a study: "plan",
        "source", "results" (how many), "made", "warnings", "failed". Of anything else: "n", "layers" (name -> what it is),
        "columns", "notes".

    Raises
    ------
    InputError
        If nothing in it is known.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> file = Path(tempfile.mkdtemp()) / "layers.npz"
    >>> np.savez(file, a=np.eye(4), label=np.arange(4))
    >>> said = describe(file)
    >>> said["kind"], said["layers"], said["columns"]
    ('arrays', {'a': '(4, 4) float64'}, ['label'])
    """
    where = Path(path)
    known = {"path": os.fspath(path)}
    if StudyFolder(where).is_study:
        study = open_study(where)
        results = study.results
        if not len(results) and not results.failed:
            raise InputError(f"{where} holds a study without results: it was stopped before its first. Run it again.")
        held = results.provenance
        said = {name: held.get(name) for name in ("plan", "source", "versions", "made")}
        failed = [str(failure) for failure in results.failed]
        warned = list(results.warnings)
        return {**known, "kind": "study", "results": len(results), **said, "warnings": warned, "failed": failed}
    imported = bool(imported_models(where))
    kind = "imported" if imported else kind_of_folder(where) if where.is_dir() else "arrays"
    source = read_source(where)
    layers = {place_name(one.place): _words(one.points, one.graph) for one in source.representations}
    columns = [str(name) for name in source.columns]
    return {**known, "kind": kind, "n": source.n, "layers": layers, "columns": columns, "notes": list(source.notes)}


def _words(points: Any, graph: NeighborGraph | None) -> str:
    if graph is None:
        return f"{tuple(points.shape)} {points.dtype}"
    parts = [
        f"{'neighbours' if name == 'indices' else 'distances'} {array.shape}"
        for name, array in (("indices", graph.indices), ("distances", graph.distances))
        if array is not None
    ]
    return ", ".join(parts)
