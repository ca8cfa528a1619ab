"""What reads rows of points and of graphs for all measures."""

from ._centred import BLOCK_ROWS, Centred, centred, compact, cross, products, spans, square_norms
from ._known import NEAR, Known, graph_as_deep, graph_of, points_of, rows_in_groups
from ._neighbor_indices import common_places, neighbor_indices
from ._rows_of import IntArray, rows_of, unit_rows
from ._ties import Ties, filled_by_index, share_in_both, shared_by_index

__all__ = [
    "BLOCK_ROWS",
    "Centred",
    "IntArray",
    "Known",
    "NEAR",
    "Ties",
    "centred",
    "common_places",
    "compact",
    "cross",
    "filled_by_index",
    "graph_as_deep",
    "graph_of",
    "neighbor_indices",
    "points_of",
    "products",
    "rows_in_groups",
    "rows_of",
    "share_in_both",
    "shared_by_index",
    "spans",
    "square_norms",
    "unit_rows",
]
