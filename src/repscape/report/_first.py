"""The first screen: what was studied, what it says in a few sentences, the curve that shows it, and the map beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from ..figures import Sketch, sketches
from ..findings import Headline, Recommended, capital, overview
from ..results import Results, example_counts
from ._html import Markup, element, joined
from ._pack import part

ADVICE = "No layer is recommended: nothing was measured of a label, and the dimension alone suggests none."
OF_LABELS = ("probe", "overlap")


def facts_html(results: Results, head: Headline) -> Markup:
    """Return what was studied, in a row: models, data, examples, layers, checkpoints, label."""
    found = list(_facts(results, head))
    if not found:
        return element("p", overview(results), class_="facts")
    entries = (element("li", f"{name} ", element("b", said)) for name, said in found)
    return element("ul", *(joined(entry, " ") for entry in entries), class_="facts")


def _facts(results: Results, head: Headline) -> Iterator[tuple[str, str]]:
    places = {place for record in results for place in (record.place, record.other) if place is not None}
    if not places:
        return
    source = results.provenance.get("source")
    extracted = source.get("extracted", {}) if isinstance(source, Mapping) else {}
    models = sorted({place.model for place in places} - {""}) or list(_named(extracted, "model", "model", "name"))
    if models:
        yield ("Model" if len(models) == 1 else "Models"), ", ".join(models)
    data = list(dict.fromkeys(_named(extracted, "data", "source", "path", "name")))
    if data:
        yield "Data", ", ".join(data)
    yield "Examples", f"{max(example_counts(results)):,}"
    yield "Layers", f"{len({(place.model, place.layer.name) for place in places}):,}"
    sites = sorted({place.layer.site for place in places if place.layer.site})
    if len(sites) > 1:
        yield "Sites", ", ".join(sites)
    steps = sorted({place.step for place in places if place.step is not None})
    if steps:
        yield "Checkpoints", f"{len(steps)}, step {steps[0]:g} to {steps[-1]:g}"
    if head.column is not None:
        yield "Label", head.column


def _named(extracted: Any, what: str, *keys: str) -> Iterator[str]:
    """Yield the names of models or data, without the folders they lie in."""
    for one in extracted.values() if isinstance(extracted, Mapping) else ():
        about = one.get(what) if isinstance(one, Mapping) else None
        found = (
            next((about[key] for key in keys if isinstance(about.get(key), str)), "")
            if isinstance(about, Mapping)
            else ""
        )
        if found:
            parts = PurePath(found).parts
            yield "/".join(parts[-2:]) if what == "model" else parts[-1]


def said_html(head: Headline, results: Results) -> Markup:
    """Return the sentences, and beside them the layer to go on with."""
    sentences = [
        element("li", one.text.replace(" ± ", "\u00a0±\u00a0")) for one in head.sentences
    ]  # no line ends there
    more = (
        element("button", f"{len(sentences) - 2} more", type="button", id="more-said", hidden="")
        if len(sentences) > 2
        else ""
    )
    listed = joined(element("ul", *sentences), more) if sentences else element("p", overview(results), class_="note")
    taken = [_taken(one) for one in head.recommended]
    if not taken and head.curve:
        taken = [element("p", ADVICE, class_="why")]
    return element("div", element("div", listed), element("div", *taken, class_="take") if taken else "", class_="said")


def _taken(one: Recommended) -> Markup:
    of = f" of {one.model}" if one.model else ""
    reading = f" to read {one.column}" if one.column else " to build on"
    layer = f"Layer{reading}{of}: {one.layer.index} ({one.layer.name})"
    layer += "" if one.stands_out else ", though no layer stands out"
    return element("p", element("strong", layer), element("span", f"{capital(one.why)}.", class_="why"))


def main_sketch(results: Results, head: Headline) -> Sketch | None:
    """Return the figure of the main curve, under a name of its own; None where there is nothing to draw."""
    drawn = sketches(replace(results, records=head.curve))
    return replace(drawn[0], name=f"overview-{drawn[0].name}") if drawn else None


def stage_html(curve: Markup, *, mapped: bool, notes: Sequence[str] = ()) -> Markup:
    """Return the curve, and beside it the map of the examples where there is one."""
    drawn = element("div", curve, id="curve")
    if not mapped:
        return element("div", element("div", drawn, class_="pane lone"), class_="stage") if curve else Markup("")
    tabs = element(
        "div",
        *(
            element(
                "button", words, type="button", role="tab", id=f"side-{name}", aria_controls=name, aria_selected=chosen
            )
            for name, words, chosen in (("curve", "Curve", "true"), ("example", "Example and its neighbours", "false"))
        ),
        class_="tabs",
        role="tablist",
        hidden="",
    )
    said = element("p", " ".join(notes), class_="note") if notes else ""
    left = element("div", tabs, drawn, Markup(part("map/example.html")), class_="pane")
    without = element("p", "The map needs JavaScript.", class_="note no-script")
    right = element("div", without, Markup(part("map/map.html")), said, class_="pane", id="examples")
    return element("div", left, right, class_="stage")
