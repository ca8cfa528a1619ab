"""What came out of a study: records, as a labelled dataset, as a table, and on disk."""

from ._disk import pack_records, unpack_records
from ._failure import Failure
from ._record import MATRICES, PROFILES, MeasureInfo, Place, Profile, Record
from ._results import Results, load_results

__all__ = [
    "Failure",
    "MATRICES",
    "PROFILES",
    "MeasureInfo",
    "Place",
    "Profile",
    "Record",
    "Results",
    "load_results",
    "pack_records",
    "unpack_records",
]
