from ._cluster_agreement import cluster_agreement
from ._clusters import cluster_centroids, cluster_dbscan, cluster_hdbscan, cluster_kmeans, cluster_members
from ._embed import METHODS, embed
from ._rows import ROWS
from ._select_category import select_category

__all__ = [
    "ROWS",
    "METHODS",
    "cluster_agreement",
    "cluster_centroids",
    "cluster_dbscan",
    "cluster_hdbscan",
    "cluster_kmeans",
    "cluster_members",
    "embed",
    "select_category",
]
