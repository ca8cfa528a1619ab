"""What came out of a study: records, as a labelled dataset, as a table, and on disk."""

from ._best_layer import best_layer
from ._differences import paired_differences, simultaneous_bands
from ._matches import best_matches
from ._record import PROFILES, MeasureInfo, Place, Profile, Record
from ._results import Results, load_results
from ._suggest import LayerAdvice, suggest_layers

__all__ = [
    "PROFILES",
    "LayerAdvice",
    "MeasureInfo",
    "Place",
    "Profile",
    "Record",
    "Results",
    "best_layer",
    "best_matches",
    "load_results",
    "paired_differences",
    "simultaneous_bands",
    "suggest_layers",
]
