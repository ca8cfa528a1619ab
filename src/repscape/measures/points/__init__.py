"""What reads rows of points and of graphs for all measures."""

from ._centred import BLOCK_ROWS, Centred, centred, compact, cross, products, spans, square_norms
from ._neighbor_indices import neighbor_indices
from ._rows_of import IntArray, rows_of, unit_rows

__all__ = [
    "BLOCK_ROWS",
    "Centred",
    "IntArray",
    "centred",
    "compact",
    "cross",
    "neighbor_indices",
    "products",
    "rows_of",
    "spans",
    "square_norms",
    "unit_rows",
]
