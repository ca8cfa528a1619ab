"""The page of a measure: when to use it, its conventions, what can go wrong."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from ._rows import measure
from ._table import Measure

PAGES = (Path(__file__).parents[1] / "_pages", Path(__file__).parents[3] / "docs" / "measures")
"""In an installed package; in a checkout of the repository."""
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
FENCE = re.compile(r"^```.*$", flags=re.MULTILINE)


def page_of(name: str | Measure) -> str:
    """Return the page of a measure as plain text; of a measure without one, what its function says of itself.

    Parameters
    ----------
    name : str or Measure
        A row of the table of measures, or a measure of one's own.

    Returns
    -------
    str
        Paragraphs, without its title.

    Raises
    ------
    UnknownNameError
        There is no such measure.

    Examples
    --------
    >>> from repscape.measures import page_of
    >>> "ratio of the distances" in page_of("id_twonn")
    True
    """
    row = name if isinstance(name, Measure) else measure(name)
    for folder in PAGES:
        file = folder / f"{row.name}.md"
        if file.is_file():
            return _plain(file.read_text(encoding="utf-8"))
    return inspect.getdoc(row.function()) or ""


def _plain(text: str) -> str:
    body = text.partition("\n")[2] if text.startswith("# ") else text
    return LINK.sub(r"\1", FENCE.sub("", body)).replace("**", "").strip()
