"""The command line: one file for each command, no logic, and nothing heavy imported before a command runs.

Names are listed in ``__init__.pyi`` and load on first use, so that signals are heeded before anything else is loaded.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
