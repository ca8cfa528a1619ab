"""What a study keeps of each representation, for those who look at it while it may still grow."""

from __future__ import annotations

from collections.abc import Mapping

from ..graph import NeighborGraph
from ..results import Place
from ._contents import spot_of
from ._folder import CONTENTS, JOURNAL
from ._graphs import kept_graph
from ._study import Study
from ._units import place_name


def kept_places(study: Study) -> Mapping[Place, str]:
    """Return every representation in order, each with a name for its points; "" where an earlier version wrote the study."""
    contents = study.folder.contents()
    if contents is not None:
        return contents.places
    ends = (place for record in study.results for place in (record.place, record.other) if place is not None)
    found = {spot_of(place): place for place in ends}
    order = sorted(found.values(), key=lambda p: (p.model, p.step or 0.0, p.layer.site, p.layer.index))
    return dict.fromkeys(order, "")


def neighbors_of(study: Study, place: Place, *, distances: bool = True) -> NeighborGraph | None:
    """Return the graph of all rows of a representation, or its indices alone; None where the study keeps none.

    Raises
    ------
    StoreError
        The graph is damaged.
    """
    names = study.graph_names().get(place_name(place))
    for name in () if names is None else (names.full, names.distinct):
        graph = kept_graph(study.folder.graphs, name, distances=distances)
        if (
            graph is not None and graph.rows == graph.n
        ):  # that of the distinct rows is the same where no row is repeated
            return graph
    return None


def stamp_of(study: Study) -> str:
    """Return a word that changes whenever something in the folder was committed."""
    home = study.folder
    files = (home.plan_file, home.path / JOURNAL, home.path / JOURNAL / CONTENTS, home.results)
    return "-".join(str(file.stat().st_mtime_ns) if file.exists() else "" for file in files)
