from . import errors, synthetic
from .examples import choose_words, missing_words, read_examples, shared_words, vector_models
from .graph import NeighborGraph, knn_graph, knn_query
from .measures import Curve, Estimate, Measure
from .measures._cluster_agreement import cluster_agreement
from .measures._clusters import (
    cluster_centroids,
    cluster_dbscan,
    cluster_hdbscan,
    cluster_kmeans,
    cluster_members,
)
from .measures._embed import embed
from .measures._fit_probe import Probe, fit_probe, load_probe
from .measures._health_anisotropy import health_anisotropy
from .measures._health_concentration import health_concentration
from .measures._health_hubness import health_hubness
from .measures._health_rogue import health_rogue
from .measures._health_spectrum import health_spectrum
from .measures._id_autoencoder import id_autoencoder
from .measures._id_correlation import id_correlation
from .measures._id_decimation import id_decimation
from .measures._id_gride import id_gride
from .measures._id_isomap import id_isomap
from .measures._id_mle import id_mle
from .measures._id_pca import id_pca
from .measures._id_twonn import id_twonn, id_twonn_ratios
from .measures._id_twonn_fractions import id_twonn_fractions
from .measures._information_imbalance import information_imbalance
from .measures._overlap_edit import overlap_edit
from .measures._overlap_labels import overlap_labels
from .measures._overlap_lcs import overlap_lcs
from .measures._overlap_neighbors import overlap_neighbors
from .measures._overlap_rbo import overlap_rbo
from .measures._overlap_values import overlap_values
from .measures._plateau import plateau
from .measures._probe_knn import probe_knn
from .measures._probe_learning import probe_learning
from .measures._probe_linear import probe_linear
from .measures._probe_mdl import probe_mdl
from .measures._probe_mlp import probe_mlp
from .measures._rdm import rdm
from .measures._rdm_measured import compare_rdms, rsa_noise_ceiling, second_level_rdm
from .measures._sample_size import sample_size_curve
from .measures._select_category import select_category
from .measures._sim_cca import sim_cca
from .measures._sim_cka import sim_cka
from .measures._sim_cknna import sim_cknna
from .measures._sim_linreg import sim_linreg
from .measures._sim_procrustes import sim_procrustes
from .measures._sim_pwcca import sim_pwcca
from .measures._sim_rsa import sim_rsa
from .measures._sim_svcca import sim_svcca
from .plan import Plan
from .recipes import forecast_recipe, list_recipes, run_recipe
from .report import write_report
from .results import (
    LayerAdvice,
    Results,
    best_layer,
    load_results,
    paired_differences,
    simultaneous_bands,
    suggest_layers,
)
from .store import open_store
from .study import Trajectory, extract, predict, run

__version__: str
__all__ = [
    "Curve",
    "Estimate",
    "LayerAdvice",
    "Measure",
    "NeighborGraph",
    "Plan",
    "Probe",
    "Results",
    "Trajectory",
    "choose_words",
    "best_layer",
    "cluster_agreement",
    "cluster_centroids",
    "cluster_dbscan",
    "cluster_hdbscan",
    "cluster_kmeans",
    "cluster_members",
    "compare_rdms",
    "embed",
    "errors",
    "extract",
    "forecast_recipe",
    "health_anisotropy",
    "health_concentration",
    "health_hubness",
    "health_rogue",
    "health_spectrum",
    "fit_probe",
    "id_autoencoder",
    "id_correlation",
    "id_decimation",
    "id_gride",
    "id_isomap",
    "id_mle",
    "id_pca",
    "id_twonn",
    "id_twonn_fractions",
    "id_twonn_ratios",
    "information_imbalance",
    "knn_graph",
    "knn_query",
    "list_recipes",
    "load_probe",
    "load_results",
    "missing_words",
    "open_store",
    "overlap_edit",
    "overlap_labels",
    "overlap_lcs",
    "overlap_neighbors",
    "overlap_rbo",
    "overlap_values",
    "paired_differences",
    "plateau",
    "predict",
    "probe_knn",
    "probe_learning",
    "probe_linear",
    "probe_mdl",
    "probe_mlp",
    "rdm",
    "read_examples",
    "rsa_noise_ceiling",
    "run",
    "run_recipe",
    "second_level_rdm",
    "sample_size_curve",
    "select_category",
    "shared_words",
    "sim_cca",
    "sim_cka",
    "sim_cknna",
    "sim_linreg",
    "sim_procrustes",
    "sim_pwcca",
    "sim_rsa",
    "sim_svcca",
    "simultaneous_bands",
    "suggest_layers",
    "synthetic",
    "vector_models",
    "write_report",
]
