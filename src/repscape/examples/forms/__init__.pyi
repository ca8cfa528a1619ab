from ._anndata_files import to_anndata
from ._arrange import Arranged, arranged
from ._files import READERS, holds_arrays, is_model, read_held
from ._form import AXES, POOLS, Form, Held
from ._memory import held_in_memory, is_model_source
from ._plain import as_array, is_sparse, is_tensor
from ._write import WRITERS, write_held
from ._zarr_files import is_own, is_zarr

__all__ = [
    "AXES",
    "Arranged",
    "Form",
    "Held",
    "POOLS",
    "READERS",
    "WRITERS",
    "arranged",
    "as_array",
    "held_in_memory",
    "holds_arrays",
    "is_model",
    "is_model_source",
    "is_own",
    "is_sparse",
    "is_tensor",
    "is_zarr",
    "read_held",
    "to_anndata",
    "write_held",
]
