from ._best_layer import best_layer
from ._best_matches import best_matches
from ._best_probed import best_probed
from ._beyond_chance import beyond_chance, calibrated_beyond
from ._conclusion import HEADINGS, Conclusion, by_heading
from ._conclusions import READING, conclusions, has_errors, held_together
from ._differences import Between, paired_differences, simultaneous_bands
from ._headline import Headline, headline
from ._highest import alike_words, highest_words
from ._next_study import next_study
from ._recommend import Recommended, recommended
from ._suggest import LayerAdvice, suggest_layers
from ._words import capital, certificates, overview

__all__ = [
    "HEADINGS",
    "READING",
    "Between",
    "Conclusion",
    "Headline",
    "LayerAdvice",
    "Recommended",
    "alike_words",
    "best_layer",
    "best_matches",
    "best_probed",
    "beyond_chance",
    "calibrated_beyond",
    "by_heading",
    "capital",
    "certificates",
    "conclusions",
    "has_errors",
    "headline",
    "held_together",
    "highest_words",
    "next_study",
    "overview",
    "paired_differences",
    "recommended",
    "simultaneous_bands",
    "suggest_layers",
]
