"""The only place where stages meet: sources and plans in, results out."""

from ._describe import describe
from ._export import export_arrays
from ._extract import extract
from ._imported import Imported, import_arrays
from ._models import Forecast, ModelSource
from ._predict import Prediction, predict
from ._progress import bar as progress_bar
from ._run import run
from ._source import Trajectory
from ._spec import StudySpec, read_study

__all__ = [
    "Forecast",
    "Imported",
    "ModelSource",
    "Prediction",
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
