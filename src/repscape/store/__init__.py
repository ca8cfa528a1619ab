"""Arrays on disk that survive kills and notice damage: a store of activations, and groups of arrays for all else."""

from ._arrays import list_groups, read_arrays, write_arrays
from ._read import Store, StoredLayer, open_store
from ._table import arrays_of, table_of
from ._write import StoreWriter

__all__ = [
    "arrays_of",
    "table_of",
    "Store",
    "StoreWriter",
    "StoredLayer",
    "list_groups",
    "open_store",
    "read_arrays",
    "write_arrays",
]
