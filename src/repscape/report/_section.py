"""Sections of a page that no measure calls for: what a recipe adds to its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from .._types import Brief
from ..figures import Drawing
from ..results import csv_of
from ._figures import drawing_html
from ._html import Markup, element, joined
from ._tables import Table, table_html


@dataclass(frozen=True, slots=True, repr=False)
class Section(Brief):
    """Paragraphs, figures and tables under a heading of their own.

    Examples
    --------
    >>> from repscape.report import Section
    >>> Section("What was left out", ("Two layers were flat.",)).title
    'What was left out'
    """

    title: str
    """The heading."""
    paragraphs: tuple[str, ...] = ()
    """What is said first."""
    drawings: tuple[Drawing, ...] = ()
    """Figures with their captions."""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """What a table shows -> its rows; each opens on the page and can be taken away as csv."""


def section_html(section: Section, *, room: int) -> tuple[Markup, int]:
    """Return a section, and the bytes of its figures; the figures for which there is no room are named in words."""
    drawn, taken = [], 0
    for drawing in section.drawings:
        figure, size = drawing_html(drawing, room=room - taken)
        drawn.append(figure)
        taken += size
    said = [element("p", text) for text in section.paragraphs]
    shown = [table_html(_table(shows, frame), download=True, opened=True) for shows, frame in section.tables.items()]
    return joined(*said, *shown, element("div", *drawn, class_="figures") if drawn else ""), taken


def _table(shows: str, frame: pd.DataFrame) -> Table:
    name = "-".join(shows.split()[:4]).strip(",.:")
    return Table(name, shows, frame, {}, csv_of(frame))
