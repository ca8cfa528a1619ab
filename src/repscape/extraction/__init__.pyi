from ._anatomy import SITES, Anatomy, Tap
from ._asked_torch import list_parts, prompted
from ._copies import EarlierRows, Rows
from ._families import Family
from ._hf_encode import TextEncoder
from ._hf_model import quiet, wrap_pretrained
from ._hooks import read_taps
from ._iterate_torch import Slab, iterate
from ._layout import Layout, slab_rows_of
from ._loss_torch import LOSS
from ._open import function_file, look_for_model, names_function, open_model
from ._sites import select_taps
from ._slab_torch import readied
from ._torch_model import Model, list_layers, refused_sites
from ._window import Window

__all__ = [
    "TextEncoder",
    "look_for_model",
    "quiet",
    "read_taps",
    "select_taps",
    "slab_rows_of",
    "wrap_pretrained",
    "SITES",
    "Anatomy",
    "EarlierRows",
    "Family",
    "LOSS",
    "Layout",
    "Model",
    "Rows",
    "Slab",
    "Tap",
    "Window",
    "function_file",
    "iterate",
    "list_layers",
    "list_parts",
    "names_function",
    "open_model",
    "prompted",
    "readied",
    "refused_sites",
]
