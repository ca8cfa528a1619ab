"""Build the documentation site: `make docs`."""

from __future__ import annotations

import re
from typing import Any

import repscape

project = "repscape"
author = "the repscape developers"
copyright = "2026, the repscape developers"
version = release = repscape.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
html_theme = "furo"
html_title = "repscape"
html_static_path = ["_static"]
html_css_files = ["site.css"]
exclude_patterns = ["_build", "notebooks", "gallery_files"]  # executed/ has them with what came out
html_extra_path = ["gallery_files"]
nb_execution_mode = "off"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
myst_heading_anchors = 3


def number_references(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Turn a docstring's references into a numbered list: each counts from 1, and one page holds many of them."""
    lines[:] = [re.sub(r"^(\s*)\.\. \[(\d+)\] ", r"\1\2. ", line).replace("]_", "]") for line in lines]


def setup(app: Any) -> None:
    """Connect it ahead of napoleon."""
    app.connect("autodoc-process-docstring", number_references, priority=400)
