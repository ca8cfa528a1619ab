from ._id_autoencoder import id_autoencoder
from ._id_correlation import id_correlation
from ._id_decimation import id_decimation
from ._id_gride import id_gride
from ._id_isomap import id_isomap
from ._id_mle import id_mle
from ._id_pca import id_pca
from ._id_twonn import id_twonn, id_twonn_ratios
from ._id_twonn_fractions import id_twonn_fractions
from ._plateau import plateau
from ._rows import ROWS

__all__ = [
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
