from ._app import app
from ._signals import main

__all__ = ["app", "main"]
