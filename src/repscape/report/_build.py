"""The page: sections put together, filled into the template, and written whole or not at all."""

from __future__ import annotations

import pprint
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from ..errors import InputTypeError
from ..plots import sketches, write_whole
from ..results import Record, Results
from . import _words
from ._figures import PAGE, figure_html
from ._html import Markup, capital, element, escaped, joined, source_hash
from ._section import Section, section_html
from ._tables import downloads, table_html, tables

FOLDED = 8  # nested entries from which on they open at a click
LISTED = 24  # entries of a list in the provenance that are spelled out


def write_report(
    results: Results,
    path: str | Path,
    *,
    title: str | None = None,
    command: str | None = None,
    notes: Sequence[str] = (),
    sections: Sequence[Section] = (),
) -> Path:
    """Write one self-contained HTML page: figures, tables, conventions, warnings, provenance, and how to repeat the study.

    The page needs no network, opens from a disk, follows the reader's light or dark scheme, and stays below about 10 MB.

    Parameters
    ----------
    results : Results
        What :func:`repscape.run` or :func:`repscape.load_results` returned.
    path : path
        The file to write; its folder is made if it is not there.
    title : str, optional
        Heading of the page.
    command : str, optional
        What repeats the study; by default the plan as a call.
    notes : sequence of str
        Paragraphs to stand before the summary.
    sections : sequence of :class:`repscape.report.Section`
        Figures and tables of your own, to stand after the warnings.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    InputTypeError
        If `results` is something else, or `notes` is a single string.
    StoreError
        If the file cannot be written, as on a full disk; a page that was there before still stands.

    Examples
    --------
    >>> import numpy as np, repscape as rs, tempfile
    >>> X = np.random.default_rng(0).normal(size=(100, 5))
    >>> results = rs.run({"a": X, "b": X[:, :3]}, rs.Plan(measures=["id_twonn"]))
    >>> rs.write_report(results, tempfile.mkdtemp() + "/report.html").name
    'report.html'
    """
    if not isinstance(results, Results):
        raise InputTypeError(f"results of write_report must be what rs.run returned. Got {type(results).__name__}.")
    if isinstance(notes, str):
        raise InputTypeError(
            f"notes of write_report must be a list of paragraphs such as [{notes[:20]!r}]. Got a string."
        )
    path = Path(path)
    heading = title or "Hidden representations, layer by layer"
    text = page(results, title=heading, command=command, notes=notes, own=sections)
    write_whole(path, text.encode(), "report")
    return path


def page(
    results: Results, *, title: str, command: str | None, notes: Iterable[str], own: Sequence[Section] = ()
) -> str:
    """Return the whole page."""
    sections = [section for section in _sections(results, command, notes=notes, own=own) if section[2]]
    style, script = _part("style.css"), _part("sort.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src {source_hash(style)}; script-src {source_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    contents = element("ul", *(element("li", element("a", name, href=f"#{anchor}")) for anchor, name, _ in sections))
    body = joined(
        *(element("section", element("h2", name), inner, id=anchor) for anchor, name, inner in sections),
    )
    return Template(_part("template.html")).substitute(
        policy=escaped(policy),
        title=escaped(title),
        overview=escaped(_words.overview(results)),
        contents=contents,
        body=body,
        footer=escaped(f"{' '.join(['Written by repscape', *_version(results)])}. This page makes no network request."),
        style=style,
        script=script,
    )


def _sections(
    results: Results, command: str | None, *, notes: Iterable[str], own: Sequence[Section]
) -> Iterator[tuple[str, str, Markup]]:
    """Yield (anchor, heading, content) of every section; one without content is left out."""
    warned = [*results.warnings, *_words.merged(results), *_words.certificates(results)]
    box = element(
        "div", element("ul", *(element("li", text) for text in dict.fromkeys(warned))), class_="warning", role="note"
    )
    yield "notes", "Notes", joined(*(element("p", note) for note in notes))
    yield "summary", "Summary", _summary(results)
    yield "warnings", "Warnings", box if warned else Markup("")
    room = PAGE
    for place, section in enumerate(own):
        inner, size = section_html(section, room=room)
        room -= size
        yield f"own-{place}", section.title, inner
    yield from _measures(results, room)
    yield "conventions", "Conventions", _conventions(results)
    references = dict.fromkeys(record.info.reference for record in results if record.info.reference)
    yield "references", "References", element("ul", *map(_item, references)) if references else Markup("")
    yield "repeat", "How to repeat it", _repeat(results, command)
    yield "provenance", "Provenance", _provenance(results)


def _item(text: object) -> Markup:
    return element("li", text)


def _summary(results: Results) -> Markup:
    found = _words.findings(results)
    if not found:
        return element("p", "No number by layer to sum up.")
    return joined(
        *(joined(element("h3", what), element("ul", *map(_item, said), class_="findings")) for what, said in found)
    )


def _measures(results: Results, room: int) -> Iterator[tuple[str, str, Markup]]:
    """Yield one section for each measure: its figures, then its tables."""
    every, found = sketches(results), tables(results)
    carried = downloads(found)
    for place, info in enumerate(dict.fromkeys(record.info for record in results)):
        drawn: list[Markup] = []
        for sketch in every:
            if sketch.record.info == info:
                figure, size = figure_html(sketch, room=room)
                room -= size
                drawn.append(figure)
        below = [table_html(t, download=key in carried) for key, t in found.items() if key[0] == info.name]
        label = info.label or info.name
        name = f"{capital(label)} ({info.name})"
        yield f"measure-{place}", name, joined(element("div", *drawn, class_="figures"), *below)


def _conventions(results: Results) -> Markup:
    """Return a row for each variant: every option in use, defaults included."""
    first: dict[str, Record] = {}
    for record in results:
        first.setdefault(record.variant, record)
    head = [
        element("th", text, scope="col")
        for text in ("measure", "options in use", "a larger value says", "range", "reference")
    ]
    rows = [
        element(
            "tr",
            element("th", element("code", variant), scope="row"),
            element(
                "td",
                element(
                    "code", ", ".join(f"{name}={value!r}" for name, value in record.result.options.items()) or "none"
                ),
            ),
            element("td", record.info.higher_means),
            element("td", f"{record.info.bounds[0]:g} to {record.info.bounds[1]:g}".replace("inf", "∞")),
            element("td", record.info.reference),
        )
        for variant, record in first.items()
    ]
    if not rows:
        return Markup("")
    return element(
        "div", element("table", element("thead", element("tr", *head)), element("tbody", *rows)), class_="scroll"
    )


def _repeat(results: Results, command: str | None) -> Markup:
    plan = results.provenance.get("plan")
    parts: list[Markup] = []
    if command:
        parts.append(element("pre", element("code", command)))
    if plan is not None:
        text = textwrap.indent(pprint.pformat(plan, width=100, sort_dicts=False), "    ")
        call = f"import repscape as rs\n\nplan = rs.Plan.from_dict(\n{text}\n)\nresults = rs.run(source, plan)"
        said = "In Python, with the same source and columns:"
        parts += [element("p", said), element("pre", element("code", call))]
    return joined(*parts)


def _provenance(results: Results) -> Markup:
    entries = (joined(element("dt", key), element("dd", _nested(entry))) for key, entry in results.provenance.items())
    return element("dl", *entries) if results.provenance else Markup("")


def _nested(value: Any) -> Markup:
    """Return nested values as definitions; long ones open at a click."""
    if isinstance(value, Mapping):
        if not value:
            return escaped("none")
        entries = [joined(element("dt", key), element("dd", _nested(entry))) for key, entry in value.items()]
        shown = element("dl", *entries[:LISTED])
        flat = not any(isinstance(entry, Mapping) for entry in value.values())
    elif isinstance(value, list | tuple):
        if not any(isinstance(entry, Mapping | list | tuple) for entry in value):
            return escaped(", ".join(map(str, value)) or "none")
        entries = [element("li", _nested(entry)) for entry in value]
        shown, flat = element("ul", *entries[:LISTED]), False
    else:
        return escaped(value)
    rest = len(entries) - LISTED
    more = element("p", f"… and {rest} more, in the study's results.", class_="note") if rest > 0 else ""
    if flat or len(entries) < FOLDED:
        return joined(shown, more)
    return element("details", element("summary", f"{len(entries)} entries"), shown, more)


def _version(results: Results) -> list[str]:
    versions = results.provenance.get("versions")
    return [str(versions["repscape"])] if isinstance(versions, Mapping) and "repscape" in versions else []


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
