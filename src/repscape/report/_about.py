"""How the numbers were made, for the end of the page: conventions, the way to repeat it, provenance."""

from __future__ import annotations

import pprint
import textwrap
from collections.abc import Mapping
from typing import Any

from ..results import Record, Results, titles
from ._html import Markup, element, escaped, joined
from ._options import options_in_use

FOLDED = 8  # nested entries from which on they open at a click
LISTED = 24  # entries of a list in the provenance that are spelled out


def conventions(results: Results) -> Markup:
    """Return a row for each variant: every option in use, defaults included."""
    called: dict[str, list[Record]] = {}
    named = titles(results)
    for record in results:
        called.setdefault(record.variant, []).append(record)
    head = [
        element("th", text, scope="col")
        for text in ("measure", "options in use", "a larger value says", "range", "reference")
    ]
    rows = [
        element(
            "tr",
            element("th", named[variant], element("br"), element("code", variant), scope="row"),
            element(
                "td",
                element("code", ", ".join(f"{name}={said}" for name, said in options_in_use(held).items()) or "none"),
            ),
            element("td", held[0].info.higher_means),
            element("td", f"{held[0].info.bounds[0]:g} to {held[0].info.bounds[1]:g}".replace("inf", "∞")),
            element("td", held[0].info.reference),
        )
        for variant, held in called.items()
    ]
    if not rows:
        return Markup("")
    return element(
        "div", element("table", element("thead", element("tr", *head)), element("tbody", *rows)), class_="scroll"
    )


def repeat(results: Results, command: str | None) -> Markup:
    """Return the command, and the plan as a call."""
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


def provenance(results: Results) -> Markup:
    """Return where the numbers come from, as definitions."""
    entries = (joined(element("dt", key), element("dd", _nested(entry))) for key, entry in results.provenance.items())
    return element("dl", *entries) if results.provenance else Markup("")


def _nested(value: Any) -> Markup:
    """Return nested values as definitions; long ones open at a click."""
    if isinstance(value, Mapping):
        if not value:
            return escaped("none")
        if _alike(value):
            return _table(value)
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
    more = _more(len(entries))
    if flat or len(entries) < FOLDED:
        return joined(shown, more)
    return element("details", element("summary", f"{len(entries)} entries"), shown, more)


def _alike(value: Mapping[str, Any]) -> bool:
    """Whether entries are several mappings with the same keys: graphs, for one."""
    inner = list(value.values())
    return len(inner) > 1 and all(isinstance(entry, Mapping) and entry.keys() == inner[0].keys() for entry in inner)


def _table(value: Mapping[str, Any]) -> Markup:
    head = element("tr", *(element("th", name, scope="col") for name in ("", *next(iter(value.values())))))
    rows = [
        element("tr", element("th", key, scope="row"), *(element("td", _inline(cell)) for cell in entry.values()))
        for key, entry in list(value.items())[:LISTED]
    ]
    inner = element("table", element("thead", head), element("tbody", *rows))
    return joined(element("div", inner, class_="scroll"), _more(len(value)))


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_inline(entry)}" for key, entry in value.items()) or "none"
    return ", ".join(map(_inline, value)) or "none" if isinstance(value, list | tuple) else str(value)


def _more(count: int) -> Markup:
    rest = count - LISTED
    return element("p", f"… and {rest} more, in the study's results.", class_="note") if rest > 0 else Markup("")
