"""What stands on the page, in order, and what its script is to draw, within the bytes a page may have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..figures import FORMATS, sketches
from ..findings import READING, by_heading, capital, certificates, has_errors, headline, next_study
from ..results import MeasureInfo, Profile, Results, titles
from ._about import conventions, provenance, repeat
from ._examples import Examples
from ._figures import PAGE, figure_html
from ._html import Markup, element, joined
from ._pack import packed_json, packed_library, part
from ._references import reference_html
from ._section import Section, section_html
from ._tables import downloads, rows_shown, table_html, tables
from .map import map_json

LIMIT = 9_500_000  # bytes of a page
SENTENCES = 12  # under one heading; the rest opens at a click
WORDS = 500_000  # of them, for what is said beside the tables
DATA = 9_000_000  # bytes of figures for the script; packed they are about an eighth

Parts = list[tuple[str, str, Markup]]
Told = Mapping[tuple[str, Profile], Markup]
"""Measure and profile -> its table."""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a page is made of."""

    results: Results
    """What is shown."""
    command: str | None
    """What repeats it."""
    notes: tuple[str, ...]
    """Paragraphs before the summary."""
    own: tuple[Section, ...]
    """Sections that no measure calls for."""
    examples: Examples
    """Single examples."""
    beside: Path
    """The folder of the page, where files of the figures may lie."""


@dataclass(slots=True)
class _Room:
    """Bytes that are left for images, and the figures that the script draws."""

    images: int
    data: int = DATA
    figures: dict[str, Any] = field(default_factory=dict)

    def take(self, name: str, spec: dict[str, Any]) -> bool:
        """Let the script draw a figure, if there is room."""
        size = len(json.dumps(spec))
        if size > self.data:
            return False
        self.data -= size
        self.figures[name] = spec
        return True


def sections_of(content: Content) -> tuple[Parts, dict[str, Any]]:
    """Return (anchor, heading, content) of every section that has content, and what the script draws."""
    found = tables(content.results)
    carried = downloads(found)
    rows = rows_shown(len(found))
    told = {key: table_html(table, download=key in carried, shown=rows) for key, table in found.items()}
    shown = None if content.examples.map is None else map_json(content.examples.map)
    taken = WORDS + DATA // 8 + len(packed_library()) + sum(map(len, told.values()))
    taken += 0 if shown is None else len(packed_json(shown))
    room = _Room(min(PAGE, LIMIT - taken))
    parts = [section for section in _sections(content, room, told) if section[2]]
    return parts, {"figures": room.figures, "map": shown} if room.figures or shown is not None else {}


def _sections(content: Content, room: _Room, told: Told) -> Iterator[tuple[str, str, Markup]]:
    results = content.results
    warned = [*results.warnings, *certificates(results)]
    box = element(
        "div", element("ul", *(element("li", text) for text in dict.fromkeys(warned))), class_="warning", role="note"
    )
    yield "notes", "Notes", joined(*(element("p", note) for note in content.notes))
    yield "summary", "Summary", _summary(results)
    yield "warnings", "Warnings", box if warned else Markup("")
    for place, section in enumerate(content.own):
        inner, size = section_html(section, room=room.images)
        room.images -= size
        yield f"own-{place}", section.title, inner
    yield from _measures(content, room, told)
    yield "examples", "Examples", _examples(content)
    yield "conventions", "Conventions", conventions(results)
    named = dict.fromkeys(record.info.reference for record in results if record.info.reference)
    yield "references", "References", element("ul", *map(reference_html, named)) if named else Markup("")
    yield "repeat", "How to repeat it", repeat(results, content.command)
    yield "provenance", "Provenance", provenance(results)


def _summary(results: Results) -> Markup:
    """Return every conclusion under its heading; of long lists the rest opens at a click."""
    every = results.conclusions()
    found = by_heading(every)
    if not found:
        return element("p", "No number by layer to sum up.")
    parts = [element("p", together, class_="headline")] if (together := headline(every)) else []
    for heading, said in found.items():
        parts.append(element("h3", heading))
        first, rest = ([element("li", one.text) for one in some] for some in (said[:SENTENCES], said[SENTENCES:]))
        parts.append(element("ul", *first, class_="findings"))
        if rest:
            more = element("summary", f"{len(rest)} more")
            parts.append(element("details", more, element("ul", *rest, class_="findings")))
    if planned := next_study(results):
        more = element("summary", "How many examples for the next study?")
        parts.append(element("details", more, element("ul", *(element("li", one) for one in planned))))
    if has_errors(results):
        parts.append(element("p", READING, class_="note"))
    return joined(*parts)


def _measures(content: Content, room: _Room, told: Told) -> Iterator[tuple[str, str, Markup]]:
    """Yield one section for each measure: its figures, then its tables."""
    every = sketches(content.results)
    named = titles(content.results)
    for place, info in enumerate(dict.fromkeys(record.info for record in content.results)):
        drawn: list[Markup] = []
        for sketch in every:
            if sketch.record.info == info:
                beside = [
                    (ending, f"figures/{sketch.name}.{ending}")
                    for ending in FORMATS
                    if (content.beside / "figures" / f"{sketch.name}.{ending}").is_file()
                ]
                figure, size = figure_html(sketch, room=room.images, take=room.take, beside=beside)
                room.images -= size
                drawn.append(figure)
        below = [table for (name, _), table in told.items() if name == info.name]
        calls = list(dict.fromkeys(record.variant for record in content.results if record.info == info))
        heading = named[calls[0]] if len(calls) == 1 else info.title or info.label or info.name
        inner = joined(_called(info, calls), element("div", *drawn, class_="figures"), *below)
        yield f"measure-{place}", capital(heading), inner


def _called(info: MeasureInfo, calls: Sequence[str]) -> Markup:
    """Return how the measure was called, at a click."""
    said = [element("code", f"{variant}") for variant in calls]
    version = f"version {info.version} of the measure"
    lines = [element("li", one) for one in said]
    return element(
        "details", element("summary", "How it was called"), element("ul", *lines), element("p", version, class_="note")
    )


def _examples(content: Content) -> Markup:
    """Return the map's controls, which the script fills, or why there is no map."""
    found = content.examples.map
    if found is None:
        return element("p", content.examples.missing, class_="note")
    notes = element("p", " ".join(found.notes), class_="note") if found.notes else ""
    said = element(
        "p",
        "Each point is an example. Move the slider from layer to layer; click a point, or type its number, to see what it is "
        "and which examples are nearest to it in two layers.",
    )
    return joined(said, notes, Markup(part("map/map.html")))
