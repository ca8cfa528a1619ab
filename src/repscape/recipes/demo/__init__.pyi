from ._demo import Demo, run_demo
from ._demo_torch import DemoRun, train_demo

__all__ = [
    "Demo",
    "DemoRun",
    "run_demo",
    "train_demo",
]
