"""Arrays on disk that survive kills and notice damage: a store of activations, and groups of arrays for all else."""

from ._arrays import has_group, list_groups, look_at_groups, read_arrays, remove_group, write_arrays
from ._format import check_format
from ._leftovers import is_unfinished, making
from ._lock import locked, turn
from ._read import Store, StoredLayer, open_store, reopen_store
from ._table import arrays_of, table_of
from ._write import StoreWriter

__all__ = [
    "arrays_of",
    "table_of",
    "Store",
    "StoreWriter",
    "StoredLayer",
    "check_format",
    "has_group",
    "is_unfinished",
    "list_groups",
    "locked",
    "look_at_groups",
    "making",
    "open_store",
    "read_arrays",
    "remove_group",
    "reopen_store",
    "turn",
    "write_arrays",
]
