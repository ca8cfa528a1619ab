from ._app import STATIC, application
from ._guard import POLICY, Guard
from ._serve import Server, open_browser

__all__ = ["POLICY", "STATIC", "Guard", "Server", "application", "open_browser"]
