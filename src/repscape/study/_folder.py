"""A study on disk: what it was asked, its graphs and its results, so that running it again does only what is missing."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from ..errors import StoreError, StudyMismatchError
from ..graph import NeighborGraph
from ..measures import MEASURES
from ..plan import Plan
from ..results import Record, Results, load_results
from ..store import list_groups, read_arrays, write_arrays
from ._tasks import Graphs, Need
from ._units import unit_of
from .reading import Source, fingerprint

PLAN_FILE = "study.toml"
GRAPHS = "graphs.zarr"
RESULTS = "results.zarr"
EXTRACTED = {"activations.zarr", "activations", "models"}  # made by extraction, or for it, before there is a plan
FORMAT = 1


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """An open study folder."""

    path: Path
    """Where it is."""
    done: Mapping[str, list[Record]] = field(default_factory=dict)
    """Units of work that were finished before, and what they gave."""
    before: Results = field(default_factory=lambda: Results(()))
    """The results they came in."""
    fresh: bool = False
    """Whether there was no study here before."""
    made: bool = False
    """Whether there was no folder before."""
    steps: tuple[str, ...] = ()
    """What was done to the points before their graphs were built."""

    @classmethod
    def open(cls, path: Path, plan: Plan, source: Source, *, origin: Mapping[str, Any]) -> StudyFolder:
        """Open a folder for this study; refuse one that holds another."""
        wanted = {
            "study": {"format": FORMAT, "data": fingerprint(source)},
            **({"source": dict(origin)} if origin else {}),
            "plan": plan.to_dict(),
        }
        file = path / PLAN_FILE
        if file.exists():
            _check_same(_read(file), wanted, path)
        elif path.is_dir() and (others := sorted({entry.name for entry in path.iterdir()} - EXTRACTED)):
            names = ", ".join(others[:5])
            raise StudyMismatchError(
                f"{path} is not empty and holds no study ({names}). Choose a new folder, or the folder of this very study."
            )
        fresh, made = not file.exists(), not path.exists()
        unfinished = file.with_suffix(".part")
        try:
            path.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(tomli_w.dumps(wanted), encoding="utf-8")
            unfinished.replace(file)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise StoreError(f"{path} cannot be written: {error}") from error
        return cls(path, *_earlier(path, plan), fresh, made, tuple(plan.preprocess))

    def discard(self) -> None:
        """Remove a study that turned out to have no answer; what was here before, activations above all, stays."""
        if not self.fresh:
            return
        (self.path / PLAN_FILE).unlink(missing_ok=True)
        shutil.rmtree(self.path / GRAPHS, ignore_errors=True)
        if self.made and not any(self.path.iterdir()):
            self.path.rmdir()

    def graphs(self, unit: str, need: Need) -> Graphs | None:
        """Return the stored graphs of a representation if they are deep enough."""
        full = self._graph(unit, "full")
        distinct = self._graph(unit, "distinct") or _without_copies(full)
        if need.full and (full is None or full.k < min(need.full_wanted, full.n - 1)):
            return None
        # A graph of few distinct points may be as deep as it can be, and still less than asked.
        short = distinct is None or distinct.k < min(need.distinct_wanted, distinct.n - 1)
        return None if need.distinct and short else Graphs(full, distinct)

    def graph(self, unit: str) -> NeighborGraph | None:
        """Return the deepest stored graph of a representation: of all rows, else of the distinct ones."""
        return self._graph(unit, "full") or self._graph(unit, "distinct")

    def keep(self, unit: str, graphs: Graphs) -> None:
        """Store the graphs of a representation."""
        for name, graph in (("full", graphs.full), ("distinct", graphs.distinct)):
            if graph is None or (name == "distinct" and graph is graphs.full):
                continue
            held = {"indices": graph.indices, "distances": graph.distances, "members": graph.members}
            about = {
                "metric": graph.metric,
                "certificate": dict(graph.certificate),
                "copy_bound": graph.copy_bound,
                "near_copies": graph.near_copies,
            }
            arrays = {key: array for key, array in held.items() if array is not None}
            write_arrays(self.path / GRAPHS, self._name(unit, name), arrays, attributes=about)

    def finish(self, results: Results) -> None:
        """Write results.zarr and results.csv."""
        results.save(self.path)

    def _name(self, unit: str, kind: str) -> str:
        return "|".join([unit, *(["+".join(self.steps)] if self.steps else []), kind])

    def _graph(self, unit: str, kind: str) -> NeighborGraph | None:
        name = self._name(unit, kind)
        if name not in list_groups(self.path / GRAPHS):
            return None
        arrays, about = read_arrays(self.path / GRAPHS, name)
        return NeighborGraph(
            indices=arrays.get("indices"),
            distances=arrays.get("distances"),
            metric=about["metric"],
            certificate=about["certificate"],
            members=arrays.get("members"),
            copy_bound=about.get("copy_bound", 0.0),  # 0.1 did not keep it at first
            near_copies=about.get("near_copies", 0),
        )


def _without_copies(graph: NeighborGraph | None) -> NeighborGraph | None:
    """Return a graph that serves as that of the distinct rows too, or None where some rows are identical."""
    if graph is None or graph.distances is None or bool((graph.distances[:, 0] <= graph.copy_bound).any()):
        return None
    return graph


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{file} cannot be read: {error}") from error


def _check_same(held: Mapping[str, Any], wanted: Mapping[str, Any], path: Path) -> None:
    """Refuse by name what differs."""
    if held.get("study", {}).get("format") != FORMAT:
        raise StudyMismatchError(f"{path} holds a study of another format than {FORMAT}. Choose another folder.")
    if held["study"].get("data") != wanted["study"]["data"]:
        raise StudyMismatchError(f"{path} holds a study of other data. Choose another folder.")
    before, now = held.get("plan", {}), tomllib.loads(tomli_w.dumps({"plan": wanted["plan"]}))["plan"]
    differs = [name for name in sorted({*before, *now}) if repr(before.get(name)) != repr(now.get(name))]
    if differs:
        said = "; ".join(f"{name} was {before.get(name)!r}, is {now.get(name)!r}" for name in differs)
        raise StudyMismatchError(f"{path} holds another study: {said}. Choose another folder.")


def _earlier(path: Path, plan: Plan) -> tuple[dict[str, list[Record]], Results]:
    """Return what earlier runs finished; a user's own measures are computed again, since their code is not recorded."""
    own = any(item.measure is not MEASURES.get(item.measure.name) for item in plan.items)
    if own or not (path / RESULTS).is_dir():
        return {}, Results(())
    results = load_results(path)
    done: dict[str, list[Record]] = {unit: [] for unit in results.provenance["finished"]}
    for record in results:
        done[unit_of(record)].append(record)
    return done, results
