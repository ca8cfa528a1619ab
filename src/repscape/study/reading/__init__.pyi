from ._chosen import chosen_layers
from ._collected import Representation, Shaped
from ._forecast import StudyForecast
from ._imported import Imported, import_arrays, imported_models, published_graphs
from ._models import STATES, ModelSource, steps_of
from ._parts import Part, parts
from ._pictures import pictures_of
from ._preprocess import preprocessed
from ._sampled import Forecast
from ._source import Source, Trajectory, read_source, with_builtin
from ._spec import StudySpec
from ._toml import read_study

__all__ = [
    "chosen_layers",
    "Forecast",
    "Imported",
    "ModelSource",
    "Part",
    "Representation",
    "STATES",
    "Shaped",
    "Source",
    "StudyForecast",
    "StudySpec",
    "Trajectory",
    "import_arrays",
    "imported_models",
    "parts",
    "pictures_of",
    "preprocessed",
    "published_graphs",
    "read_source",
    "read_study",
    "steps_of",
    "with_builtin",
]
