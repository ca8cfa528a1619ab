from ._fit_probe import ABOUT, Probe, fit_probe, load_probe
from ._probe_knn import probe_knn
from ._probe_learning import probe_learning
from ._probe_linear import probe_linear
from ._probe_mdl import probe_mdl
from ._probe_mlp import probe_mlp
from ._rows import ROWS

__all__ = [
    "ROWS",
    "ABOUT",
    "Probe",
    "fit_probe",
    "load_probe",
    "probe_knn",
    "probe_learning",
    "probe_linear",
    "probe_mdl",
    "probe_mlp",
]
