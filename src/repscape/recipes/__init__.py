"""The published studies as plans, and the network that the demo trains."""

from ._demo import Demo, run_demo

__all__ = ["Demo", "run_demo"]
