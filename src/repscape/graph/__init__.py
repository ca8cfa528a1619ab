"""One exact k-nearest-neighbour graph per representation; every neighbourhood measure reads it."""

from ._duplicates import distinct_graph, distinct_rows
from ._knn import knn_graph, knn_query
from ._neighbor_graph import NeighborGraph
from ._ranks import listed_ranks, neighbor_ranks
from ._threads import count as thread_count

__all__ = [
    "NeighborGraph",
    "distinct_graph",
    "distinct_rows",
    "knn_graph",
    "knn_query",
    "listed_ranks",
    "neighbor_ranks",
    "thread_count",
]
