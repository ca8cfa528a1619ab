from . import errors, synthetic
from .graph import NeighborGraph, knn_graph
from .measures import Curve, Estimate, Measure
from .measures._id_decimation import id_decimation
from .measures._id_gride import id_gride
from .measures._id_twonn import id_twonn, id_twonn_ratios
from .measures._id_twonn_fractions import id_twonn_fractions
from .measures._overlap_labels import overlap_labels
from .measures._overlap_neighbors import overlap_neighbors
from .plan import Plan
from .report import write_report
from .results import Results, load_results
from .study import Trajectory, run

__version__: str
__all__ = [
    "Curve",
    "Estimate",
    "Measure",
    "NeighborGraph",
    "Plan",
    "Results",
    "Trajectory",
    "errors",
    "id_decimation",
    "id_gride",
    "id_twonn",
    "id_twonn_fractions",
    "id_twonn_ratios",
    "knn_graph",
    "load_results",
    "overlap_labels",
    "overlap_neighbors",
    "run",
    "synthetic",
    "write_report",
]
