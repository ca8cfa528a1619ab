"""Build the documentation site: `make docs`."""

from __future__ import annotations

import re
from pathlib import Path
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


def add_picture(app: Any, name: str, source: list[str]) -> None:
    """Put the picture of a measure below the first paragraph of its page; `tools/measure_pictures.py` draws them."""
    measure = name.removeprefix("measures/")
    if measure == name or not (Path(app.srcdir) / "_static" / "measures" / f"{measure}.png").is_file():
        return
    head, _, rest = source[0].partition("\n\n**")
    picture = (
        f"\n\n```{{figure}} /_static/measures/{measure}.png\n:alt: {measure} of the layers of a small network\n\n"
        "Handwritten digits through a network with two hidden layers, before and after it learned; 300 images.\n```\n\n**"
    )
    source[0] = head + picture + rest if rest else source[0]


def setup(app: Any) -> None:
    """Connect them; the first ahead of napoleon."""
    app.connect("source-read", add_picture)
    app.connect("autodoc-process-docstring", number_references, priority=400)
