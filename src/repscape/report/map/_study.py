"""The examples of a study folder: laid out once, kept beside the results, and read from there the next time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..._types import LayerInfo, Progress
from ...errors import InputError, RepscapeError
from ...results import Place
from ...store import arrays_of, list_groups, read_arrays, table_of, write_arrays
from ...study import StudyFolder, open_study, read_study
from ...study.reading import Source, pictures_of
from ._map import ExampleMap, lay_out

FORMAT = 1


def study_map(folder: Path, methods: Sequence[str] = ("pca",), *, progress: Progress | None = None) -> ExampleMap:
    """Return the examples of a study folder, from what it keeps, or from its source, and then keep them.

    Raises
    ------
    RepscapeError
        If the source cannot be read again, or has changed since the study; the message is for a reader of the page.
    """
    kept = load_map(folder)
    if kept is not None and set(methods) <= set(kept.coordinates):
        return kept
    try:
        if why := _why_not(folder):
            raise InputError(why)
        source, pictures, notes = _source(folder)
    except RepscapeError as error:
        if kept is None:
            raise
        return replace(kept, notes=(*kept.notes, f"No other map could be drawn: {error}"))
    found = lay_out(source, methods=methods, pictures=pictures, progress=progress)
    found = replace(found, notes=(*found.notes, *notes))
    save_map(found, folder)
    return found


def save_map(found: ExampleMap, folder: Path) -> None:
    """Keep the examples in a study folder, for this page and the next."""
    arrays = {
        "rows": found.rows,
        "shares": found.shares,
        "neighbors": found.neighbors.astype(np.int32),
        **{f"coordinates.{method}": xy.astype(np.float32) for method, xy in found.coordinates.items()},
        **({} if found.pictures is None else {"pictures": found.pictures}),
    }
    places = [asdict(place) for place in found.places]
    about = {"format": FORMAT, "data": _data(folder), "n": found.n, "places": places, "notes": list(found.notes)}
    columns, said = arrays_of(found.table)
    write_arrays(_place(folder), "table", columns, attributes=said)
    write_arrays(_place(folder), "map", arrays, attributes=about)


def save_missing(why: str, folder: Path) -> None:
    """Keep in a study folder, for this page and the next, why it can show no example: "this study was made from ..."."""
    write_arrays(_place(folder), "missing", {}, attributes={"data": _data(folder), "why": why})


def load_map(folder: Path) -> ExampleMap | None:
    """Return what a study folder keeps of its examples; None where it keeps nothing, or of other data."""
    if "map" not in list_groups(_place(folder)):
        return None
    arrays, about = read_arrays(_place(folder), "map")
    if about["format"] != FORMAT or about["data"] != _data(folder):
        return None
    methods = [name.partition(".")[2] for name in arrays if name.startswith("coordinates.")]
    return ExampleMap(
        n=about["n"],
        rows=arrays["rows"],
        places=tuple(Place(p["model"], LayerInfo.of(p["layer"]), p["step"]) for p in about["places"]),
        coordinates={method: arrays[f"coordinates.{method}"].astype(np.float64) for method in methods},
        shares=arrays["shares"],
        neighbors=arrays["neighbors"].astype(np.int64),
        table=table_of(*read_arrays(_place(folder), "table")),
        pictures=arrays.get("pictures"),
        notes=tuple(about["notes"]),
    )


def _why_not(folder: Path) -> str:
    """Say in plain words why the points of a study cannot be read again; "" where its study.toml says how, or is broken."""
    if "missing" in list_groups(_place(folder)):
        _, about = read_arrays(_place(folder), "missing")
        if about["data"] == _data(folder):
            return str(about["why"])
    held = _held(folder)
    source = held.get("source", {})
    if "study" not in held or {"arrays", "model"} & set(source):
        return ""
    if "recipe" in source:
        return (
            f"this folder of the recipe {source['recipe']} keeps no map of them. The same recipe, run into this folder again, "
            "lays them out."
        )
    return (
        "the points of this study were in memory, and its folder keeps no map of them. "
        "repscape.report.save_map(map_examples(source), folder) keeps one."
    )


def _place(folder: Path) -> Path:
    return StudyFolder(folder).examples


def _data(folder: Path) -> str:
    """Return the digest of the study's data; "" for a folder without a study."""
    return str(_held(folder).get("study", {}).get("data", ""))


def _held(folder: Path) -> dict[str, Any]:
    """Return what study.toml says; nothing where it cannot be read, which is said where it is needed."""
    try:
        return StudyFolder(folder).held()
    except RepscapeError:
        return {}


def _source(folder: Path) -> tuple[Source, Any, tuple[str, ...]]:
    """Read again what a study folder was made of: layers with every column, images if it has any, and what to say."""
    spec = read_study(folder)
    study = open_study(folder)
    every = study.source()
    study.check_source(every)
    wanted = {place for record in study.results for place in (record.place, record.other)}
    kept = tuple(one for one in every.representations if one.place in wanted)
    steps = " and ".join(map(str, study.plan.preprocess))
    said = f"The study measured the states after {steps}; maps and neighbours here are of the states as they are."
    return Source(kept, every.columns), pictures_of(spec, every), (said,) if steps else ()
