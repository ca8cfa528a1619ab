"""Build the documentation site: `make docs`."""

from __future__ import annotations

import repscape

project = "repscape"
author = "the repscape developers"
copyright = "2026, the repscape developers"
version = release = repscape.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
html_theme = "furo"
html_title = "repscape"
exclude_patterns = ["_build"]
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
myst_heading_anchors = 3
# Docstrings number their references from 1 each; one page holds many of them.
suppress_warnings = ["ref.footnote", "docutils"]
