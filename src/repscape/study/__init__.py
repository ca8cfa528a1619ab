"""The only place where stages meet: sources and plans in, results out."""

from ._defaults import USUAL_COMPARISON, fitted
from ._describe import describe
from ._export import export_arrays
from ._extract import extract
from ._folder import PLAN_FILE
from ._progress import bar as progress_bar
from ._run import run
from .asking import Prediction, predict
from .reading import Forecast, Imported, ModelSource, StudyForecast, StudySpec, Trajectory, import_arrays, read_study

__all__ = [
    "USUAL_COMPARISON",
    "PLAN_FILE",
    "fitted",
    "Forecast",
    "Imported",
    "ModelSource",
    "Prediction",
    "StudyForecast",
    "StudySpec",
    "Trajectory",
    "describe",
    "export_arrays",
    "extract",
    "import_arrays",
    "predict",
    "progress_bar",
    "read_study",
    "run",
]
