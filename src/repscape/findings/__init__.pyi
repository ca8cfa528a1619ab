from ._best_layer import best_layer
from ._best_matches import best_matches
from ._best_probed import best_probed
from ._conclusions import conclusions
from ._differences import Between, paired_differences, simultaneous_bands
from ._suggest import LayerAdvice, suggest_layers
from ._words import capital, certificates, merged, overview, profile_findings

__all__ = [
    "Between",
    "LayerAdvice",
    "best_layer",
    "best_matches",
    "best_probed",
    "capital",
    "certificates",
    "merged",
    "overview",
    "profile_findings",
    "conclusions",
    "paired_differences",
    "simultaneous_bands",
    "suggest_layers",
]
