"""The only place where stages meet: sources and plans in, results out."""

from ._run import run
from ._source import Trajectory

__all__ = ["Trajectory", "run"]
