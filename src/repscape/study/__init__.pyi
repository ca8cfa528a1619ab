from ._comparison import PROTOCOLS, USUAL_COMPARISON, Comparison, comparison
from ._defaults import fitted
from ._describe import describe
from ._diff import Difference, diff_studies
from ._export import export_arrays
from ._export_states import to_anndata
from ._extract import extract
from ._folder import StudyFolder
from ._grow import add_to_study, run_study
from ._kept import kept_places, neighbors_of, stamp_of
from ._problems import Problem
from ._progress import progress_bar
from ._recorder import Recorder
from ._run import run
from ._running import Running
from ._shrink import remove_from_study, repair_study
from ._study import Study, open_study, results_in
from ._there import look_for_export, look_for_predict, look_for_results, look_for_source, look_for_study
from ._tokens import token_geometry
from .asking import Prediction, predict
from .reading import (
    Forecast,
    Imported,
    ModelSource,
    StudyForecast,
    StudySpec,
    Trajectory,
    import_arrays,
    read_source,
    read_study,
)

__all__ = [
    "PROTOCOLS",
    "USUAL_COMPARISON",
    "Comparison",
    "comparison",
    "fitted",
    "Difference",
    "Forecast",
    "Imported",
    "ModelSource",
    "Prediction",
    "Problem",
    "Recorder",
    "Running",
    "Study",
    "StudyFolder",
    "StudyForecast",
    "StudySpec",
    "Trajectory",
    "add_to_study",
    "describe",
    "diff_studies",
    "export_arrays",
    "extract",
    "import_arrays",
    "kept_places",
    "look_for_export",
    "look_for_predict",
    "look_for_results",
    "look_for_source",
    "look_for_study",
    "neighbors_of",
    "stamp_of",
    "open_study",
    "predict",
    "progress_bar",
    "read_source",
    "read_study",
    "remove_from_study",
    "repair_study",
    "results_in",
    "run",
    "to_anndata",
    "run_study",
    "token_geometry",
]
