"""Figures of the page: vector images that carry their own light and dark colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..figures import GRID, INK, MUTED, PAPER, Drawing, Sketch, paint, specify, to_bytes
from ..figures.plotly import interactive
from ._html import Markup, data_link, element, joined

DARK = {INK: "#e4e7ea", MUTED: "#9aa3ad", GRID: "#30363d", PAPER: "#161b20"}
NAMES = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"}
LARGEST = 500_000  # bytes of one vector image; beyond it a PNG is smaller
PAGE = 6_500_000  # bytes of all figures together


Take = Callable[[str, dict[str, Any]], bool]


def figure_html(
    sketch: Sketch, *, room: int, take: Take | None = None, beside: Sequence[tuple[str, str]] = (), fit: bool = False
) -> tuple[Markup, int]:
    """Return a figure with its caption, and its size; where there is no room left, the caption alone.

    `take` is offered the figure for the page's script to draw; `beside` are (format, address) of the figure's files; with `fit`
    it takes the room there is, and its caption opens at a click.
    """
    spec = specify(sketch)
    drawing = Drawing(spec.name, paint(spec), spec.caption)
    moving = take is not None and take(spec.name, interactive(spec))
    return drawing_html(drawing, room=room, said=spec.alternative, moving=moving, beside=beside, fit=fit)


def drawing_html(
    drawing: Drawing,
    *,
    room: int,
    said: str | None = None,
    moving: bool = False,
    beside: Sequence[tuple[str, str]] = (),
    fit: bool = False,
) -> tuple[Markup, int]:
    """Return a figure with its caption, and its size; `said` is for those who cannot see it, by default the caption."""
    content, kind = adaptive(to_bytes(drawing.figure, "svg")), "image/svg+xml"
    if len(content) > LARGEST:
        content, kind = to_bytes(drawing.figure, "png"), "image/png"
    links = (element("a", ending.upper(), href=address) for ending, address in beside)
    files = element("span", *(joined(" ", link) for link in links), class_="files") if beside else ""
    alt = drawing.caption if said is None else said
    about: dict[str, Any] = {"class_": "fit" if fit else "wide" if drawing.figure.get_figwidth() > 6 else None}
    about |= {"data_figure": drawing.name, "data_said": alt} if moving else {}
    words = element("figcaption", drawing.caption, files)
    if fit:
        words = element("figcaption", element("details", element("summary", "What this shows"), drawing.caption, files))
    if len(content) * 4 / 3 > room:
        lost = f"This figure would make the page too large; it is figures/{drawing.name} of the study."
        missing = element("p", lost, class_="note no-script" if moving else "note")
        return element("figure", missing, words, **about), 0
    width, height = (round(inches * 96) for inches in drawing.figure.get_size_inches())
    image = element("img", src=data_link(content, kind), alt=alt, width=width, height=height)
    return element("figure", image, words, **about, id=f"figure-{drawing.name}"), len(content) * 4 // 3


def adaptive(svg: bytes) -> bytes:
    """Return the image with paper, ink and grid as variables that follow the reader's light or dark scheme."""
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", "", svg.decode(), flags=re.DOTALL)
    for colour, name in NAMES.items():
        text = re.sub(rf"((?:fill|stroke): ){colour}", rf"\g<1>var(--{name})", text)
    light = "".join(f"--{name}:{colour};" for colour, name in NAMES.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for colour, name in NAMES.items())
    scheme = f"<style>:root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}</style>"
    return re.sub(r"(<svg [^>]*>)", rf"\g<1>{scheme}", text, count=1).strip().encode()
