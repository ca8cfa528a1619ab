"""What came out of a study: records, as a labelled dataset, as a table, and on disk."""

from ._record import MATRICES, PROFILES, MeasureInfo, Place, Profile, Record
from ._results import Results, load_results

__all__ = [
    "MATRICES",
    "PROFILES",
    "MeasureInfo",
    "Place",
    "Profile",
    "Record",
    "Results",
    "load_results",
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
