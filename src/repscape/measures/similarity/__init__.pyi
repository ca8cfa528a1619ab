from ._rdm import condensed, rdm
from ._rdm_measured import compare_rdms, rsa_noise_ceiling, second_level_rdm
from ._rows import ROWS
from ._sim_cca import sim_cca
from ._sim_cka import sim_cka
from ._sim_cknna import sim_cknna
from ._sim_linreg import sim_linreg
from ._sim_procrustes import sim_procrustes
from ._sim_pwcca import sim_pwcca
from ._sim_rsa import sim_rsa
from ._sim_svcca import sim_svcca

__all__ = [
    "ROWS",
    "compare_rdms",
    "condensed",
    "rdm",
    "rsa_noise_ceiling",
    "second_level_rdm",
    "sim_cca",
    "sim_cka",
    "sim_cknna",
    "sim_linreg",
    "sim_procrustes",
    "sim_pwcca",
    "sim_rsa",
    "sim_svcca",
]
