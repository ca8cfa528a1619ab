"""One self-contained HTML page of a study."""

from ._build import write_report
from ._section import Section
from .map import ExampleMap, map_examples, save_map

__all__ = ["ExampleMap", "Section", "map_examples", "save_map", "write_report"]
