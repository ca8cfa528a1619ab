"""One exact k-nearest-neighbour graph per representation; every neighbourhood measure reads it."""

from ._blocks import RowBlock, joined_blocks, knn_rows
from ._choose import get_ready
from ._direct import nearest_within
from ._duplicates import distinct_graph, distinct_rows
from ._knn import knn_graph, knn_query
from ._many import knn_graphs
from ._neighbor_graph import NeighborGraph
from ._points import Points
from ._points import read as read_points
from ._ranks import listed_ranks, neighbor_ranks
from ._searched import Searched, entries_of, searched_of

__all__ = [
    "NeighborGraph",
    "Points",
    "RowBlock",
    "Searched",
    "distinct_graph",
    "distinct_rows",
    "entries_of",
    "get_ready",
    "joined_blocks",
    "knn_graph",
    "knn_graphs",
    "knn_query",
    "knn_rows",
    "listed_ranks",
    "nearest_within",
    "neighbor_ranks",
    "read_points",
    "searched_of",
]
