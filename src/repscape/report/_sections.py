"""What stands on the page, in order, and what its script is to draw, within the bytes a page may have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._types import Progress
from ..figures import FORMATS, Painted, sketches, topographies
from ..findings import READING, Headline, by_heading, capital, certificates, has_errors, held_together, next_study
from ..results import MeasureInfo, Profile, Results, titles
from ._about import conventions, provenance, repeat
from ._examples import Examples
from ._figures import PAGE, drawing_html, figure_html
from ._first import main_sketch, said_html, stage_html
from ._html import Markup, element, joined
from ._methods import methods
from ._pack import packed_json, packed_library
from ._references import reference_html
from ._section import Section, section_html
from ._tables import downloads, rows_shown, table_html, tables
from .map import by_example, map_json

LIMIT = 9_500_000  # bytes of a page
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
    head: Headline
    """What it says in short."""
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
    tell: Progress
    """Told (done, total, what)."""
    painted: Mapping[str, Painted] = field(default_factory=dict)
    """Figures that were painted before, by name."""


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


def sections_of(content: Content) -> tuple[Markup, Parts, dict[str, Any]]:
    """Return the first screen, (anchor, heading, content) of every section that has content, and what the script draws."""
    found = tables(content.results)
    carried = downloads(found)
    rows = rows_shown(len(found))
    told = {key: table_html(table, download=key in carried, shown=rows) for key, table in found.items()}
    shown = _map(content)
    taken = WORDS + DATA // 8 + len(packed_library()) + sum(map(len, told.values()))
    taken += 0 if shown is None else len(packed_json(shown))
    room = _Room(min(PAGE, LIMIT - taken))
    first = _first(content, room)
    parts = [section for section in _sections(content, room, told) if section[2]]
    return first, parts, {"figures": room.figures, "map": shown} if room.figures or shown is not None else {}


def _map(content: Content) -> dict[str, Any] | None:
    """Return the map as the script reads it: it opens coloured by the label, at the layer that is recommended."""
    found, head = content.examples.map, content.head
    if found is None:
        return None
    opens = content.examples.opens if content.examples.opens in found.coordinates else next(iter(found.coordinates))
    layer = head.recommended[0].layer.key if head.recommended else None
    named = f"{head.column}_name"  # what data sets call the names of their classes
    return {
        **map_json(found, by_example(found, content.results)),
        "opens": opens,
        "colour": named if named in found.table else head.column,
        "layer": layer,
    }


def _first(content: Content, room: _Room) -> Markup:
    """Return sentences, the main curve and the map."""
    sketch = main_sketch(content.results, content.head)
    curve = Markup("")
    if sketch is not None:
        curve, size = figure_html(sketch, room=room.images, take=room.take, fit=True)
        room.images -= size
    found = content.examples.map
    stage = stage_html(curve, mapped=found is not None, notes=() if found is None else found.notes)
    return joined(said_html(content.head, content.results), stage)


def _sections(content: Content, room: _Room, told: Told) -> Iterator[tuple[str, str, Markup]]:
    results = content.results
    warned = [*results.warnings, *certificates(results)]
    box = element(
        "div", element("ul", *(element("li", text) for text in dict.fromkeys(warned))), class_="warning", role="note"
    )
    yield "notes", "Notes", joined(*(element("p", note) for note in content.notes))
    yield "summary", "Findings", _summary(results)
    yield "warnings", "Warnings", box if warned else Markup("")
    for place, section in enumerate(content.own):
        inner, size = section_html(section, room=room.images)
        room.images -= size
        yield f"own-{place}", section.title, inner
    yield from _measures(content, room, told)
    if content.examples.map is None:
        yield "examples", "Examples", element("p", content.examples.missing, class_="note")
    yield "conventions", "Methods", joined(methods(results), conventions(results))
    named = dict.fromkeys(record.info.reference for record in results if record.info.reference)
    yield "references", "References", element("ul", *map(reference_html, named)) if named else Markup("")
    yield "repeat", "How to repeat it", repeat(results, content.command)
    yield "provenance", "Provenance", provenance(results)


def _summary(results: Results) -> Markup:
    """Return every conclusion under its heading, which opens at a click."""
    every = results.conclusions()
    found = by_heading(every)
    if not found:
        return element("p", "No number by layer to sum up.")
    parts = [element("p", together, class_="note")] if (together := held_together(every)) else []
    for heading, said in found.items():
        silent = all(one.kind == "not suggested" for one in said)
        line = f"{heading}: nothing is suggested" if silent else f"{heading} ({len(said)})"
        shown = element("ul", *(element("li", one.text) for one in said), class_="findings")
        parts.append(element("details", element("summary", line), shown, class_="open-on-paper"))
    if planned := next_study(results):
        more = element("summary", "How many examples for the next study?")
        shown = element("ul", *(element("li", one) for one in planned))
        parts.append(element("details", more, shown, class_="open-on-paper"))
    if has_errors(results):
        parts.append(element("p", READING, class_="note"))
    return joined(*parts)


def _measures(content: Content, room: _Room, told: Told) -> Iterator[tuple[str, str, Markup]]:
    """Yield one section for each measure: its figures, then its tables."""
    every = sketches(content.results)
    named = titles(content.results)
    done = 0
    for place, info in enumerate(dict.fromkeys(record.info for record in content.results)):
        drawn: list[Markup] = []
        for sketch in every:
            if sketch.record.info == info:
                beside = [
                    (ending, f"figures/{sketch.name}.{ending}")
                    for ending in FORMATS
                    if (content.beside / "figures" / f"{sketch.name}.{ending}").is_file()
                ]
                figure, size = figure_html(
                    sketch, room=room.images, painted=content.painted.get(sketch.name), take=room.take, beside=beside
                )
                room.images -= size
                drawn.append(figure)
                done += 1
                content.tell(done, len(every), "figures of the page")
        for drawing in topographies(record for record in content.results if record.info == info):
            figure, size = drawing_html(drawing, room=room.images)
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
