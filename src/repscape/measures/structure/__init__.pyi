from ._cluster_agreement import cluster_agreement
from ._clusters import cluster_centroids, cluster_dbscan, cluster_hdbscan, cluster_kmeans, cluster_members
from ._density_knn import density_knn
from ._density_kstar import density_kstar
from ._density_pak import density_pak
from ._embed import METHODS, embed
from ._embed_graph import embed_graph
from ._peak_names import peak_names
from ._peak_threshold import split_threshold, threshold_terms
from ._peaks import Peaks, cluster_peaks, split_significance
from ._peaks_agreement import peaks_agreement
from ._plain_peaks import PlainPeaks, cluster_plain_peaks
from ._plane import mirrored, principal_plane, turned
from ._rows import ROWS
from ._select_category import select_category

__all__ = [
    "density_pak",
    "density_kstar",
    "density_knn",
    "ROWS",
    "METHODS",
    "Peaks",
    "threshold_terms",
    "PlainPeaks",
    "cluster_plain_peaks",
    "peak_names",
    "peaks_agreement",
    "cluster_peaks",
    "split_significance",
    "split_threshold",
    "cluster_agreement",
    "cluster_centroids",
    "cluster_dbscan",
    "cluster_hdbscan",
    "cluster_kmeans",
    "cluster_members",
    "embed",
    "mirrored",
    "principal_plane",
    "turned",
    "embed_graph",
    "select_category",
]
