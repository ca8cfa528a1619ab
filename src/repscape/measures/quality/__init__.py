"""How good a layer is, asked without labels or with them: its spectrum, its paths over tokens, its classes, its change.

Names are listed in ``__init__.pyi`` and load on first use.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
