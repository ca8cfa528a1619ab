"""One self-contained HTML page of a study."""

from ._build import write_report

__all__ = ["write_report"]
