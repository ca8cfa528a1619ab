from ._arrays import ArrayLayers, layers_in_memory, read_layers, split_key
from ._builtin import BUILTIN, builtin_values
from ._columns import ColumnTable, Reading, read_columns
from ._images import CHANNELS, IMAGE_KEYS, image_folder
from ._join import GivenColumns, Rows
from ._layer_names import layer_infos, natural_key
from ._neighbor_files import NeighborFiles, kind_of_folder, read_neighbor_files, write_neighbor_files
from ._npz import load_npy, load_npz
from ._read import Chosen, choose_examples, read_examples
from ._room import written_size
from ._shown_columns import ShownColumn, shown_column
from ._source import Wanted
from ._there import look_for_columns, look_for_data, look_for_layers, named_path
from ._thumbnails import Pictures, sheet, thumbnails
from ._typed import as_numbers
from ._vectors import is_here
from ._vocabulary import choose_words, missing_words, shared_words, vector_models
from .forms import POOLS, WRITERS, Form, as_array, is_model, is_model_source, is_tensor, to_anndata, write_held

__all__ = [
    "CHANNELS",
    "Chosen",
    "ColumnTable",
    "Pictures",
    "sheet",
    "ShownColumn",
    "shown_column",
    "thumbnails",
    "GivenColumns",
    "Reading",
    "Rows",
    "Wanted",
    "as_numbers",
    "choose_examples",
    "named_path",
    "written_size",
    "IMAGE_KEYS",
    "image_folder",
    "is_here",
    "load_npy",
    "load_npz",
    "split_key",
    "BUILTIN",
    "ArrayLayers",
    "Form",
    "POOLS",
    "WRITERS",
    "as_array",
    "is_model",
    "is_model_source",
    "is_tensor",
    "layers_in_memory",
    "look_for_columns",
    "look_for_data",
    "look_for_layers",
    "to_anndata",
    "write_held",
    "builtin_values",
    "NeighborFiles",
    "choose_words",
    "kind_of_folder",
    "layer_infos",
    "missing_words",
    "natural_key",
    "read_columns",
    "read_examples",
    "read_layers",
    "read_neighbor_files",
    "shared_words",
    "vector_models",
    "write_neighbor_files",
]
