"""Graphs on disk, under names made of the contents they were built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError, InputTypeError, StoreError
from ..graph import NeighborGraph, entries_of, searched_of
from ..measures import Curve, Estimate
from ..store import read_arrays, write_arrays
from ._tasks import Graphs


@dataclass(frozen=True, slots=True)
class GraphNames:
    """What the graphs of one representation are called where they are kept; "" for one that is not there."""

    full: str = ""
    """Of all rows."""
    distinct: str = ""
    """Of the distinct rows, where some are repeated."""

    @classmethod
    def of(cls, entries: Mapping[str, str]) -> GraphNames:
        """Take them from the journal."""
        return cls(entries.get("full", ""), entries.get("distinct", ""))


@dataclass(frozen=True, slots=True)
class NoGraph:
    """Of a representation whose graph failed: why."""

    why: str


def keep_graphs(path: Path, key: str, graphs: Graphs, *, sync: bool) -> dict[str, str]:
    """Store graphs under the name of what they were built from and how deep they are; return what they are called."""
    names: dict[str, str] = {}
    for kind, graph in (("full", graphs.full), ("distinct", graphs.distinct)):
        if graph is None:
            continue
        if kind == "distinct" and graph is graphs.full:
            continue
        names[kind] = f"{key}|{kind}|{graph.k}"
        held = {"indices": graph.indices, "distances": graph.distances, "members": graph.members}
        about = {
            "metric": graph.metric,
            "certificate": dict(graph.certificate),
            "copy_bound": graph.copy_bound,
            "near_copies": graph.near_copies,
            "searched": entries_of(graph.searched),
        }
        arrays = {name: array for name, array in held.items() if array is not None}
        write_arrays(path, names[kind], arrays, attributes=about, sync=sync)
    return names


def kept_graphs(path: Path, names: GraphNames) -> Graphs:
    """Read graphs back; where no row is repeated, the graph of all rows serves as that of the distinct ones."""
    full = kept_graph(path, names.full)
    return Graphs(full, kept_graph(path, names.distinct) or without_copies(full))


def kept_graph(path: Path, name: str, *, distances: bool = True) -> NeighborGraph | None:
    """Read one graph, or its indices alone."""
    if not name:
        return None
    arrays, about = read_arrays(path, name, only=None if distances else ("indices", "members"))
    try:
        return NeighborGraph(
            indices=arrays.get("indices"),
            distances=arrays.get("distances"),
            metric=about["metric"],
            certificate=about["certificate"],
            members=arrays.get("members"),
            copy_bound=about.get("copy_bound", 0.0),  # 0.1 did not keep it at first
            near_copies=about.get("near_copies", 0),
            searched=searched_of(about.get("searched")),
        )
    except (InputError, InputTypeError, KeyError, ValueError) as error:
        raise StoreError(f"{path}: the graph {name!r} is damaged. {error}") from error


def without_copies(graph: NeighborGraph | None) -> NeighborGraph | None:
    """Return a graph that serves as that of the distinct rows too, or None where some rows are identical."""
    if graph is None or graph.distances is None or bool((graph.distances[:, 0] <= graph.copy_bound).any()):
        return None
    return graph


def with_recall(result: Estimate | Curve, graphs: Sequence[NeighborGraph]) -> Estimate | Curve:
    """Say with the conventions of a result what share of the neighbours it read was found, where that is not all."""
    searched = [graph.searched for graph in graphs if graph.searched is not None]
    if not searched:
        return result
    least = min(searched, key=lambda one: one.recall)
    told = {"neighbors": "approximate", "recall": least.recall, "recall_stderr": least.error}
    return replace(result, options={**result.options, **told})
