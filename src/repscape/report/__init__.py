"""One self-contained HTML page of a study."""

from ._build import write_report
from ._section import Section

__all__ = ["Section", "write_report"]
