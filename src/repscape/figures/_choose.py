"""Which figures the results call for, and what each of them shows.

Records are gathered into families (one measure, one profile). What differs within a family becomes lines, then panels, then
figures of their own: lines up to the number of colours that can be told apart, panels up to nine.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from .._types import LayerInfo
from ..measures import Curve
from ..measures.uncertainty import Beyond
from ..results import MATRICES, PROFILES, Record, Results, beyond, failed_in, without_value
from ._look import FEW_LINES
from ._names import title_of
from ._values import ATTRIBUTES, RUNNING, Value, in_order, key_of, said, values_of

Kind = Literal["depth", "matrix", "curve"]
Stack = tuple[str, str]  # model, site
PANELS = 9
STEPS = 12  # panels of one figure where checkpoints are panels
TO_PANELS = ("variant", "group", "column", "x", "site", "model")  # what leaves the lines first


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes."""

    title: str
    """What tells it from the others."""
    values: tuple[Value, ...]
    """What it shows."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A figure before it is drawn."""

    name: str
    """File name without ending: letters, digits, dot, hyphen and underscore."""
    kind: Kind
    """Which way of drawing."""
    title: str
    """What it shows."""
    details: str
    """What holds for all of it: variant, column, model."""
    panels: tuple[Panel, ...]
    """Its parts."""
    lines: tuple[str, ...]
    """Attributes that tell the lines of a panel apart."""
    layers: Mapping[Stack, tuple[LayerInfo, ...]]
    """Every layer of each model and site, in order, so that one without a value leaves a gap."""
    left_out: str = ""
    """What it does not show, in words."""
    beyond: Mapping[int, Beyond] = field(default_factory=dict)
    """Of comparisons that were relabelled alike: each beside the most alike of all, by the identity of its record."""

    @property
    def record(self) -> Record:
        """One of its records, for what they share."""
        return self.panels[0].values[0].record

    @property
    def values(self) -> tuple[Value, ...]:
        """All of its values."""
        return tuple(value for panel in self.panels for value in panel.values)


def sketches(results: Results) -> list[Sketch]:
    """Return the figures that the results call for, in the order of the records."""
    families: dict[tuple[str, str, Kind], list[Value]] = {}
    for record in results:
        kind = _kind(record)
        if kind is not None:
            families.setdefault((record.info.name, record.profile, kind), []).extend(values_of(record))
    layers = _layers(results)
    taken: set[str] = set()
    known = beyond(list(results))
    found = [sketch for (_, _, kind), values in families.items() for sketch in _family(kind, values, layers, taken)]
    return [replace(sketch, beyond=known, left_out=_left_out(sketch, results)) for sketch in found]


def _left_out(sketch: Sketch, results: Results) -> str:
    """Say what a figure does not show: checkpoints that have no room, and what failed."""
    records = [value.record for value in sketch.values]
    gaps = failed_in(
        results.failed,
        profile=sketch.record.profile,
        variants={record.variant for record in records},
        models={record.place.model for record in records},
    )
    failed = f"Without a value, since it failed: {without_value(gaps)}." if gaps else ""
    return " ".join(filter(None, (sketch.left_out, failed)))


def _kind(record: Record) -> Kind | None:
    """Choose the figure; curves of all pairs of layers have none, they would be too many."""
    matrix = record.profile in MATRICES
    if not isinstance(record.result, Curve):
        return "matrix" if matrix else "depth"
    if matrix:
        return None
    return "curve" if record.info.plot == "curve" else "depth"


def _family(
    kind: Kind, values: Sequence[Value], layers: Mapping[Stack, tuple[LayerInfo, ...]], taken: set[str]
) -> Iterable[Sketch]:
    entries = {name: in_order(name, (read(value) for value in values)) for name, read in ATTRIBUTES.items()}
    varying = [name for name in entries if len(entries[name]) > 1 and not (kind == "curve" and name == "x")]
    lines, panels, figures = _roles(kind, varying, values, entries)
    for figure_key in _keys(values, figures, entries):
        held = [value for value in values if key_of(value, figures) == figure_key]
        panel_keys = _keys(held, panels, entries)
        shown = _spread(panel_keys, STEPS if "step" in panels else len(panel_keys))
        left_out = ""
        if len(shown) < len(panel_keys):
            left_out = f"{len(shown)} of {len(panel_keys)} checkpoints are shown; the tables have them all."
        record = held[0].record
        constant = [name for name in entries if name not in (*lines, *panels) and name != "x"]
        words = [said(name, ATTRIBUTES[name](held[0])) for name in constant]
        named = [said(name, entry) for name, entry in zip(figures, figure_key, strict=True)]
        yield Sketch(
            name=_name([record.info.name, *([] if record.profile == "depth" else [record.profile]), *named], taken),
            kind=kind,
            title=_title(kind, record),
            details=" · ".join(word for word in words if word),
            panels=tuple(
                Panel(
                    " · ".join(filter(None, (said(name, entry) for name, entry in zip(panels, key, strict=True)))),
                    tuple(value for value in held if key_of(value, panels) == key),
                )
                for key in shown
            ),
            lines=tuple(lines),
            layers=layers,
            left_out=left_out,
        )


def _roles(
    kind: Kind, varying: list[str], values: Sequence[Value], entries: Mapping[str, list[Any]]
) -> tuple[list[str], list[str], list[str]]:
    """Say what tells lines, panels and figures apart."""
    lines = list(varying)
    panels: list[str] = []
    figures: list[str] = []
    if kind == "matrix":
        small: list[str] = [
            name for name in ("step", "site", "model") if name in varying and len(entries[name]) <= PANELS
        ]
        panels = ["step"] if "step" in varying else small[:1]
        return [], panels, [name for name in varying if name not in panels]
    if kind == "curve":
        stacks = len(_keys(values, varying, entries))
        if len({id(value.record) for value in values}) <= min(FEW_LINES, 2 * stacks):
            return lines, panels, figures  # a layer or two of each model: compare the models
        lines, panels = [], lines
    else:
        running = next((name for name in RUNNING if name in varying), None)
        if running is not None:
            lines, panels = [running], [name for name in varying if name != running]
        for name in TO_PANELS:
            if running is None and name in lines and len(_keys(values, lines, entries)) > FEW_LINES:
                lines.remove(name)
                panels.append(name)
    for name in TO_PANELS:
        if name in panels and len(_keys(values, panels, entries)) > PANELS:
            panels.remove(name)
            figures.append(name)
    return lines, panels, figures


def _keys(values: Iterable[Value], names: Sequence[str], entries: Mapping[str, list[Any]]) -> list[tuple[Any, ...]]:
    """Return the distinct keys of values in the order of each attribute's entries."""
    places = {name: {entry: place for place, entry in enumerate(entries[name])} for name in names}
    distinct = dict.fromkeys(key_of(value, names) for value in values)
    return sorted(distinct, key=lambda key: [places[name][entry] for name, entry in zip(names, key, strict=True)])


def _spread(keys: list[tuple[Any, ...]], most: int) -> list[tuple[Any, ...]]:
    """Return at most so many keys, evenly spread, the first and the last among them."""
    if len(keys) <= most:
        return keys
    return [keys[round(place * (len(keys) - 1) / (most - 1))] for place in range(most)]


def _layers(results: Results) -> dict[Stack, tuple[LayerInfo, ...]]:
    found: dict[Stack, dict[LayerInfo, None]] = {}
    for record in results:
        for place in (record.place, record.other):
            if place is not None:
                found.setdefault((place.model, place.layer.site), {})[place.layer] = None
    return {stack: tuple(sorted(layers, key=lambda layer: layer.index)) for stack, layers in found.items()}


def _title(kind: Kind, record: Record) -> str:
    title = title_of(record.info)
    if record.profile != "depth":
        return f"{title}: {PROFILES[record.profile]}"
    if kind == "curve" and isinstance(record.result, Curve):
        return f"{title} against {record.result.x_name}"
    return f"{title}{',' if ',' in title else ''} by layer"


def _name(parts: Sequence[str], taken: set[str]) -> str:
    """Return a file name that no other figure has, also where case does not count."""
    cleaned = (re.sub(r"[^A-Za-z0-9.]+", "_", part).strip("_.")[:48] for part in parts)
    base = "-".join(part for part in cleaned if part) or "figure"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name.lower())
    return name


def by_index(layers: Iterable[LayerInfo]) -> bool:
    """Whether layers may be drawn by their number: all of them agree on the depth of each number."""
    depths: dict[int, float] = {}
    return all(math.isclose(depths.setdefault(layer.index, layer.depth), layer.depth, abs_tol=1e-9) for layer in layers)
