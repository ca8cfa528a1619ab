"""Hidden states out of any torch model: which places, read in one forward pass, pooled on the device.

Names are listed in ``__init__.pyi`` and load on first use, because most of them need torch.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
