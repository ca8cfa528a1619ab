"""What came out of a study: records, as a labelled dataset, as a table, and on disk."""

from ._card import card_of
from ._csv import csv_of, read_csv
from ._disk import kept_state, pack_records, unpack_records
from ._failure import Failure, failed_in, without_value
from ._record import MATRICES, PROFILES, MeasureInfo, Place, Profile, Record, example_counts
from ._relabelled import best_of, beyond, families, null_of, withheld_of
from ._results import TABLE, Results, load_results
from ._titles import titles

__all__ = [
    "Failure",
    "MATRICES",
    "PROFILES",
    "MeasureInfo",
    "Place",
    "Profile",
    "Record",
    "TABLE",
    "Results",
    "best_of",
    "beyond",
    "card_of",
    "csv_of",
    "example_counts",
    "failed_in",
    "families",
    "kept_state",
    "load_results",
    "null_of",
    "pack_records",
    "read_csv",
    "titles",
    "unpack_records",
    "withheld_of",
    "without_value",
]

MOVED = (
    "LayerAdvice",
    "best_layer",
    "best_matches",
    "paired_differences",
    "simultaneous_bands",
    "suggest_layers",
)
"""What judges results and was here before; it loads from its new place, with a warning, for one version."""


def __getattr__(name: str) -> object:
    if name not in MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import warnings

    from .. import findings  # house: door

    warnings.warn(
        f"repscape.results.{name} is now repscape.findings.{name}, or repscape.{name}; the old name goes with 0.2.",
        FutureWarning,
        stacklevel=2,
    )
    found: object = getattr(findings, name)
    return found
