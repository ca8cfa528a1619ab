"""Figures of the page: vector images that carry their own light and dark colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ..figures import GRID, INK, MUTED, PAPER, Drawing, Painted, Sketch, paint, specify, to_bytes
from ..figures.plotly import interactive
from ._html import Markup, data_link, element, joined

DARK = {INK: "#e4e7ea", MUTED: "#9aa3ad", GRID: "#30363d", PAPER: "#161b20"}
NAMES = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"}
LARGEST = 500_000  # bytes of one vector image; beyond it a PNG is smaller
PAGE = 6_500_000  # bytes of all figures together


Take = Callable[[str, dict[str, Any]], bool]


def figure_html(
    sketch: Sketch,
    *,
    room: int,
    painted: Painted | None = None,
    take: Take | None = None,
    beside: Sequence[tuple[str, str]] = (),
    fit: bool = False,
) -> tuple[Markup, int]:
    """Return a figure with its caption, and its size; where there is no room left, the caption alone.

    `painted` is the figure, if it was painted before; `take` is offered the figure for the page's script to draw; `beside` are
    (format, address) of the figure's files; with `fit` it takes the room there is, and its caption opens at a click.
    """
    spec = specify(sketch)
    moving = take is not None and take(spec.name, interactive(spec))
    words = element("figcaption", spec.caption, _files(beside))
    if fit:
        opened = element("details", element("summary", "What this shows"), spec.caption, _files(beside))
        words = element("figcaption", opened)
    shown = painted if painted is not None and _enough(painted) else painted_now(paint(spec))
    return _framed(spec.name, words, shown, room=room, said=spec.alternative, moving=moving, fit=fit)


def drawing_html(drawing: Drawing, *, room: int) -> tuple[Markup, int]:
    """Return a drawing with its caption, and its size."""
    words = element("figcaption", drawing.caption)
    return _framed(drawing.name, words, painted_now(drawing.figure), room=room, said=drawing.caption)


def painted_now(figure: Any) -> Painted:
    """Return a painted figure as the page takes it: a vector image, or a PNG where that is smaller."""
    svg = to_bytes(figure, "svg")
    more = {"png": to_bytes(figure, "png")} if len(adaptive(svg)) > LARGEST else {}
    return Painted(tuple(figure.get_size_inches()), {"svg": svg, **more})


def _enough(painted: Painted) -> bool:
    """Whether the files hold what the page would show."""
    return "svg" in painted.files and ("png" in painted.files or len(adaptive(painted.files["svg"])) <= LARGEST)


def _files(beside: Sequence[tuple[str, str]]) -> Markup:
    links = (element("a", ending.upper(), href=address) for ending, address in beside)
    return element("span", *(joined(" ", link) for link in links), class_="files") if beside else Markup("")


def _framed(
    name: str, words: Markup, painted: Painted, *, room: int, said: str, moving: bool = False, fit: bool = False
) -> tuple[Markup, int]:
    """Return the figure's element, and its size; `said` is for those who cannot see it."""
    content, kind = adaptive(painted.files["svg"]), "image/svg+xml"
    if len(content) > LARGEST:
        content, kind = painted.files["png"], "image/png"
    about: dict[str, Any] = {"class_": "fit" if fit else "wide" if painted.size[0] > 6 else None}
    about |= {"data_figure": name, "data_said": said} if moving else {}
    if len(content) * 4 / 3 > room:
        lost = f"This figure would make the page too large; it is figures/{name} of the study."
        missing = element("p", lost, class_="note no-script" if moving else "note")
        return element("figure", missing, words, **about), 0
    width, height = (round(inches * 96) for inches in painted.size)
    image = element("img", src=data_link(content, kind), alt=said, width=width, height=height)
    return element("figure", image, words, **about, id=f"figure-{name}"), len(content) * 4 // 3


def adaptive(svg: bytes) -> bytes:
    """Return the image with paper, ink and grid as variables that follow the reader's light or dark scheme."""
    text = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", "", svg.decode(), flags=re.DOTALL)
    for colour, name in NAMES.items():
        text = re.sub(rf"((?:fill|stroke): ){colour}", rf"\g<1>var(--{name})", text)
    light = "".join(f"--{name}:{colour};" for colour, name in NAMES.items())
    dark = "".join(f"--{name}:{DARK[colour]};" for colour, name in NAMES.items())
    scheme = f"<style>:root{{{light}}}@media (prefers-color-scheme: dark){{:root{{{dark}}}}}</style>"
    return re.sub(r"(<svg [^>]*>)", rf"\g<1>{scheme}", text, count=1).strip().encode()
