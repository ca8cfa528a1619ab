"""The painter that draws with plotly: pages with a script, notebooks."""

from ._figure import figure_of, interactive

__all__ = ["figure_of", "interactive"]
