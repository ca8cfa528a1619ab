from ._crossnobis import noise_precision, rdm_crossnobis
from ._measured_table import Measurements, measurements_from_table
from ._rdm import condensed, rdm
from ._rdm_measured import compare_rdms, rsa_noise_ceiling, second_level_rdm
from ._rows import ROWS
from ._rsa_models import ModelComparison, rsa_models
from ._sim_bures import sim_bures
from ._sim_cca import sim_cca
from ._sim_cka import sim_cka
from ._sim_cknna import sim_cknna
from ._sim_concentricity import sim_concentricity
from ._sim_cycle_knn import sim_cycle_knn
from ._sim_disagreement import sim_disagreement
from ._sim_distance_correlation import sim_distance_correlation
from ._sim_eigenspace import sim_eigenspace
from ._sim_gulp import sim_gulp
from ._sim_idcor import sim_idcor
from ._sim_imd import sim_imd
from ._sim_jaccard import sim_jaccard
from ._sim_jsd import sim_jsd
from ._sim_linreg import sim_linreg
from ._sim_magnitude import sim_magnitude
from ._sim_match import sim_match
from ._sim_permutation import sim_permutation
from ._sim_predictivity import sim_predictivity
from ._sim_procrustes import sim_procrustes
from ._sim_pwcca import sim_pwcca
from ._sim_rank import sim_rank
from ._sim_rsa import sim_rsa
from ._sim_rtd import sim_rtd
from ._sim_second_order import sim_second_order
from ._sim_shape import sim_shape
from ._sim_svcca import sim_svcca
from ._sim_uniformity import sim_uniformity

__all__ = [
    "Measurements",
    "ModelComparison",
    "ROWS",
    "compare_rdms",
    "condensed",
    "measurements_from_table",
    "noise_precision",
    "rdm",
    "rdm_crossnobis",
    "rsa_models",
    "rsa_noise_ceiling",
    "second_level_rdm",
    "sim_cca",
    "sim_cka",
    "sim_cknna",
    "sim_linreg",
    "sim_procrustes",
    "sim_pwcca",
    "sim_rsa",
    "sim_cycle_knn",
    "sim_jaccard",
    "sim_rank",
    "sim_second_order",
    "sim_match",
    "sim_permutation",
    "sim_shape",
    "sim_distance_correlation",
    "sim_bures",
    "sim_rtd",
    "sim_imd",
    "sim_gulp",
    "sim_eigenspace",
    "sim_uniformity",
    "sim_magnitude",
    "sim_concentricity",
    "sim_predictivity",
    "sim_idcor",
    "sim_disagreement",
    "sim_jsd",
    "sim_svcca",
]
