from ._answers import answer
from ._app import STATIC, application
from ._asked import Asked
from ._guard import POLICY, Guard
from ._serve import Server

__all__ = ["POLICY", "STATIC", "Asked", "Guard", "Server", "answer", "application"]
