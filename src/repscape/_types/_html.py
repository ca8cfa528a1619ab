"""HTML in which nothing from outside can be anything but text: what is not markup made here is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

NO_END = ("img", "br", "meta", "col")
CARD = "display:inline-block;max-width:100%;overflow-x:auto;font-size:90%;line-height:1.4"
TABLE = "border-collapse:collapse;margin:.3em 0"
CELL = "padding:.1em .8em .1em 0;text-align:left;vertical-align:top;font-weight:normal"


UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # control characters and lone surrogates


class Markup(str):
    """HTML that was made by :func:`element`."""

    __slots__ = ()


def escaped(text: object) -> Markup:
    """Return text as HTML; Markup stays as it is, control characters and lone surrogates become a replacement sign.

    Examples
    --------
    >>> escaped("<b>&'")
    '&lt;b&gt;&amp;&#x27;'
    """
    if isinstance(text, Markup):
        return text
    plain = UNPRINTABLE.sub("\ufffd", str(text))
    return Markup(html.escape(plain, quote=True))


def element(name: str, *children: object, **attributes: object) -> Markup:
    """Return an element; a trailing underscore of an attribute is dropped, others become hyphens.

    Examples
    --------
    >>> element("a", "1 < 2", href="#x", data_row=3)
    '<a href="#x" data-row="3">1 &lt; 2</a>'
    """
    words = [name]
    for key, value in attributes.items():
        if value is not None:
            words.append(f'{key.rstrip("_").replace("_", "-")}="{escaped(value)}"')
    opening = f"<{' '.join(words)}>"
    if name in NO_END:
        return Markup(opening)
    return Markup(f"{opening}{joined(*children)}</{name}>")


def joined(*children: object) -> Markup:
    """Return children one after another."""
    return Markup("".join(escaped(child) for child in children))


def card(title: str, facts: Mapping[str, object], *below: object) -> Markup:
    """Return what a notebook shows of a value: its title, facts in two columns, and what else there is below.

    Styles stand on the elements and colours are the notebook's own, so that it can be read in light and dark.
    """
    rows = [
        element("tr", element("td", name, style=f"{CELL};opacity:.65"), element("td", said, style=CELL))
        for name, said in facts.items()
    ]
    table = element("table", element("tbody", *rows), style=TABLE) if rows else ""
    return element("div", element("strong", title), table, *below, style=CARD)
