from ._predict import Prediction, predict

__all__ = [
    "Prediction",
    "predict",
]
