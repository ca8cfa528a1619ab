"""What came out of a study: records, as a labelled dataset, as a table, and on disk."""

from ._card import card_of
from ._record import MATRICES, PROFILES, MeasureInfo, Place, Profile, Record
from ._results import Results, load_results
from ._titles import titles

__all__ = [
    "MATRICES",
    "PROFILES",
    "MeasureInfo",
    "Place",
    "Profile",
    "Record",
    "Results",
    "card_of",
    "load_results",
    "titles",
]
