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
html_js_files = ["versions.js"]
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/versions.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
exclude_patterns = ["_build", "jupyter_execute", "notebooks", "gallery_files"]  # executed/ has them with what came out
html_extra_path = ["gallery_files"]
nb_execution_mode = "off"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
myst_heading_anchors = 3


PICTURES = {
    "dimension": ("measures/id_gride.png", "Dimension by scale, before and after a small network learned"),
    "similarity": ("measures/sim_cka.png", "CKA of layers, before and after a small network learned"),
    "landscape": ("figures/draw_peaks.png", "Peaks of a density as a tree"),
    "probes": ("figures/draw_probes.png", "Probes by layer"),
    "figures": ("figures/draw_margins.png", "Layers of two models, with a curve of each along the side"),
    "measures": ("measures/overlap_labels.png", "Label overlap, before and after a small network learned"),
}
"""Pages of other things than a measure -> a picture that is made for another page too, and what it shows."""


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
        "300 handwritten digits in the layers of a small network (`tools/measure_pictures.py`).\n```\n\n**"
    )
    source[0] = head + picture + rest if rest else source[0]


def add_borrowed(app: Any, name: str, source: list[str]) -> None:
    """Put a picture that another page has too below the first paragraph of a page."""
    file, shows = PICTURES.get(name, ("", ""))
    if not file or not (Path(app.srcdir) / "_static" / file).is_file():
        return
    title, gap, rest = source[0].partition("\n\n")
    first, _, more = rest.partition("\n\n")
    picture = f"```{{figure}} /_static/{file}\n:alt: {shows}\n:width: 34em\n\n{shows}.\n```"
    source[0] = gap.join(
        [title, *([picture, first] if first.startswith(("#", "```", "|")) else [first, picture]), more]
    )


def add_report(app: Any, name: str, source: list[str]) -> None:
    """Put the picture of a recipe's report, which leads to it, below the first paragraph; `tools/gallery.py` makes both."""
    recipe = name.removeprefix("recipes/")
    if recipe == name or not (Path(app.srcdir) / "gallery_files" / "gallery" / recipe / "picture.webp").is_file():
        return
    head, gap, rest = source[0].partition("\n\n")
    place = f"../gallery/{recipe}"
    picture = (
        f'<p class="live"><a href="{place}/report.html"><img src="{place}/picture.webp" alt="" loading="lazy"><br>'
        "The live report, made with this site on stand-ins where a published model could not be had</a></p>"
    )
    source[0] = f"{head}{gap}{picture}{gap}{rest}"


def show_changes(app: Any, name: str, source: list[str]) -> None:
    """Make the page of release notes of the changelog, whose links start from the repository's root."""
    if name == "changes":
        text = (Path(app.srcdir).parent / "CHANGELOG.md").read_text(encoding="utf-8")
        source[0] = text.replace("](docs/", "](").replace("# Changelog", "# Release notes", 1)


def lead_to_pictures(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Put the picture of a figure's example below it, and lead from a measure to its page, where its picture is."""
    own, home = name.rpartition(".")[2], Path(app.srcdir)
    if (home / "_static" / "figures" / f"{own}.png").is_file():
        lines += ["", f".. image:: /_static/figures/{own}.png", f"   :alt: what the example of {own} draws", ""]
    if what == "function" and (home / "measures" / f"{own}.md").is_file():
        lines += ["", f"Picture, conventions, what can go wrong: :doc:`/measures/{own}`.", ""]


def setup(app: Any) -> None:
    """Connect them; the first ahead of napoleon."""
    app.connect("source-read", add_picture)
    app.connect("source-read", add_borrowed)
    app.connect("source-read", add_report)
    app.connect("source-read", show_changes)
    app.connect("autodoc-process-docstring", number_references, priority=400)
    app.connect("autodoc-process-docstring", lead_to_pictures, priority=600)
