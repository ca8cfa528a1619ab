"""HTML in which nothing from outside can be anything but text: what is not markup made here is escaped."""

from __future__ import annotations

import base64
import hashlib
import html
import unicodedata

NO_END = ("img", "br", "meta", "col")


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
    plain = "".join(
        "\ufffd" if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" else sign for sign in str(text)
    )
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


def data_link(content: bytes, kind: str) -> str:
    """Return the content as an address that needs no network."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def source_hash(text: str) -> str:
    """Return what a content security policy calls an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
