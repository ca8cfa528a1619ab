"""The only place where stages meet: sources and plans in, results out.

Names are listed in ``__init__.pyi`` and load on first use, so that a mistyped name or path is told at once.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
