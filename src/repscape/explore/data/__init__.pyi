from ._example_set import TILES, ExampleSet, example_sets
from ._explorer import Explorer, Gallery
from ._jobs import Job, Jobs
from ._layer import Layer
from ._layouts import METHODS, Layouts
from ._near import SHALLOW, Near
from ._selections import Selections
from ._study_view import StudyView
from ._values import Offer, ValuesOf
from ._words import Words, words_of

__all__ = [
    "METHODS",
    "SHALLOW",
    "TILES",
    "ExampleSet",
    "Explorer",
    "Gallery",
    "Job",
    "Jobs",
    "Layer",
    "Layouts",
    "Near",
    "Offer",
    "Selections",
    "StudyView",
    "ValuesOf",
    "Words",
    "example_sets",
    "words_of",
]
