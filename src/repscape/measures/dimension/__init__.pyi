from ._distinct import near_distances
from ._id_adaptive import id_adaptive
from ._id_autoencoder import id_autoencoder
from ._id_binary import id_binary
from ._id_corrected import id_corrected
from ._id_correlation import id_correlation
from ._id_danco import id_danco
from ._id_decimation import id_decimation
from ._id_disagreement import id_disagreement
from ._id_discrete import id_discrete
from ._id_ess import id_ess
from ._id_fishers import id_fishers
from ._id_gride import id_gride
from ._id_isomap import id_isomap
from ._id_knn_length import id_knn_length
from ._id_mada import id_mada
from ._id_mle import id_mle
from ._id_mom import id_mom
from ._id_mst import id_mst
from ._id_pca import id_pca
from ._id_tle import id_tle
from ._id_twonn import id_twonn, id_twonn_ratios
from ._id_twonn_fractions import id_twonn_fractions
from ._plateau import plateau
from ._rows import ROWS

__all__ = [
    "near_distances",
    "id_adaptive",
    "id_binary",
    "id_corrected",
    "id_danco",
    "id_disagreement",
    "id_discrete",
    "id_ess",
    "id_fishers",
    "id_knn_length",
    "id_mada",
    "id_mom",
    "id_mst",
    "id_tle",
    "ROWS",
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
    "plateau",
]
