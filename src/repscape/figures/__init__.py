"""Figures: what results or arrays call for, said as data, and painted by matplotlib, plotly or nobody.

Names are listed in ``__init__.pyi`` and load on first use, a library that draws only when it is to paint.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
