from ._imbalance_conditional import imbalance_conditional
from ._imbalance_select import Selection, imbalance_select
from ._information_imbalance import information_imbalance
from ._overlap_edit import overlap_edit
from ._overlap_labels import overlap_labels
from ._overlap_lcs import overlap_lcs
from ._overlap_neighbors import overlap_neighbors
from ._overlap_rbo import overlap_rbo
from ._overlap_values import overlap_values
from ._rows import ROWS

__all__ = [
    "ROWS",
    "Selection",
    "imbalance_conditional",
    "imbalance_select",
    "information_imbalance",
    "overlap_edit",
    "overlap_labels",
    "overlap_lcs",
    "overlap_neighbors",
    "overlap_rbo",
    "overlap_values",
]
