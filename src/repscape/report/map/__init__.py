"""The examples of a page: where they lie, which are near, what they are."""

from ._by_example import ByExample, by_example
from ._map import ExampleMap, map_examples
from ._page import map_json
from ._study import load_map, save_map, save_missing, study_map

__all__ = [
    "ByExample",
    "ExampleMap",
    "by_example",
    "load_map",
    "map_examples",
    "map_json",
    "save_map",
    "save_missing",
    "study_map",
]
