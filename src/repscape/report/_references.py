"""Short references in full: author, title, journal, year, DOI."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from ._html import Markup, element, joined
from ._pack import part


@cache
def references() -> Mapping[str, Mapping[str, Any]]:
    """Return short reference -> author, title, journal, year and, where there is one, doi."""
    return MappingProxyType(tomllib.loads(part("references.toml")))


def reference_html(short: str) -> Markup:
    """Return an entry of the list of references; one that is not ours stays as it was given."""
    held = references().get(short)
    if held is None:
        return element("li", short)
    doi = joined(" doi:", element("span", held["doi"], class_="doi")) if "doi" in held else ""
    words = joined(f"{held['author']} ({held['year']}). ", element("em", held["title"]), f". {held['journal']}.", doi)
    return element("li", words)
