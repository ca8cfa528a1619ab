from ._iterate_torch import Slab, iterate
from ._layout import Layout
from ._open import open_model
from ._sites import SITES, Family, Tap
from ._torch_model import Model, list_layers

__all__ = ["SITES", "Family", "Layout", "Model", "Slab", "Tap", "iterate", "list_layers", "open_model"]
