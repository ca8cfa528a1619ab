"""One self-contained HTML page of a study."""

from ._build import write_report
from ._refresh import Drawn, refresh
from ._section import Section
from ._several import report_studies
from .map import ExampleMap, map_examples, save_map

__all__ = ["Drawn", "ExampleMap", "Section", "map_examples", "refresh", "report_studies", "save_map", "write_report"]
