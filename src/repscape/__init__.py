"""Chart the landscape of a network's hidden representations, layer by layer.

Public names are listed in ``__init__.pyi`` and load on first use, so that `import repscape` costs next to nothing.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
