"""Depth profiles: a number by layer, one line for each model, site, checkpoint or column, with its 95 % band."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .._types import LayerInfo
from ._arrange import columns_of, size_of
from ._choose import Panel, Sketch, by_index
from ._limits import value_axis
from ._look import DASHDOT, DASHED, DASHES, DOTTED, FEW_LINES, MANY_LAYERS, MARKERS, MUTED, ORDERED, PALETTE, shade
from ._names import literal, value_words
from ._spec import Axis, Bar, Dots, Entry, FigureSpec, FloatArray, Legend, Look, PanelSpec, Rule, Trace
from ._ticks import nice_ticks, said_at
from ._values import RUNNING, Value, in_order, key_of, said

Key = tuple[Any, ...]
NAMES_FIT = 56  # characters of layer names that stand side by side under one panel
OPEN, NONE = "open above", "no interval"
GUIDES = {"chance": DOTTED, "ceiling": DASHDOT, "beyond chance": DASHED}


@dataclass(frozen=True, slots=True)
class Profile:
    """One line of the figure, in however many panels."""

    label: str
    """What tells it from the others."""
    look: Look
    """Its colour, marker and dashes."""
    aside: float = 0.0
    """How far it stands from its layers."""


def depth_spec(sketch: Sketch) -> FigureSpec:
    """Say what a depth profile shows."""
    layers = [value.place.layer for value in sketch.values]
    numbered = by_index(layers)
    profiles = _profiles(sketch)
    bar = _bar(sketch, profiles)
    told = len(profiles) > 1 and bar is None  # by a legend, which names chance and ceiling too
    x, y = _layer_axis(layers, numbered, len(sketch.panels)), value_axis(sketch.values, sketch.record.info)
    named: set[str] = set(GUIDES) if told else set()
    panels, drawn = [], dict[str, Look]()
    for panel in sketch.panels:
        guides: list[Rule | Trace] = []
        for mark in _guides(panel, sketch, profiles, numbered):
            guides.append(replace(mark, written=mark.name not in named))
            named.add(mark.name)
            drawn.setdefault(mark.name, replace(mark.look, colour=MUTED))
        lines = [_above(mark, y) for mark in _lines(panel, sketch, profiles, numbered, top=y.limits[1])]
        signs = _signs_of_intervals(panel, sketch, profiles, numbered, limits=y.limits)
        panels.append(PanelSpec(x, y, (*lines, *signs, *guides), panel.title))
    many = len(sketch.layers) and max(map(len, sketch.layers.values())) > MANY_LAYERS
    entries = [Entry(one.label, replace(one.look, marker="") if many else one.look) for one in profiles.values()]
    entries += [Entry(what, look) for what, look in drawn.items()]
    return FigureSpec(
        sketch.name,
        sketch.title,
        tuple(panels),
        size_of(len(panels), 3.3),
        details=sketch.details,
        columns=columns_of(len(panels)),
        legend=Legend(tuple(entries), _heading(sketch)) if told else None,
        bar=bar,
    )


def _above(mark: Trace, y: Axis) -> Trace:
    """Let a band that reaches to 0 or below end at the edge of a logarithmic axis, which has no place for it."""
    if not y.log or mark.low is None:
        return mark
    return replace(mark, low=np.where(mark.low <= 0, y.limits[0], mark.low))


def line_count(sketch: Sketch) -> int:
    """Return how many lines the panels have between them, each counted once."""
    return len({key_of(value, sketch.lines) for value in sketch.values})


def _profiles(sketch: Sketch) -> dict[Key, Profile]:
    """Return what each line is called and how it looks: shades for what is ordered, else colours and markers of their own."""
    distinct = {name: in_order(name, (key_of(v, [name])[0] for v in sketch.values)) for name in sketch.lines}
    keys = sorted(
        dict.fromkeys(key_of(value, sketch.lines) for value in sketch.values),
        key=lambda key: [distinct[name].index(entry) for name, entry in zip(sketch.lines, key, strict=True)],
    )
    labels = [_label(sketch, key) for key in keys]
    if _is_ordered(sketch):
        last = max(1, len(keys) - 1)
        looks = [Look(shade(ORDERED, place / last), MARKERS[0]) for place in range(len(keys))]
        return {key: Profile(label, look) for key, label, look in zip(keys, labels, looks, strict=True)}
    # At a single layer lines are points: side by side, or their errors would cover each other.
    alone = len({value.place.layer.depth for value in sketch.values}) == 1 and len(keys) > 1
    aside = np.linspace(-0.3, 0.3, len(keys)).tolist() if alone else [0.0] * len(keys)
    looks = _signs(keys, [len(distinct[name]) for name in sketch.lines])
    return {key: Profile(*one) for key, *one in zip(keys, labels, looks, aside, strict=True)}


def _signs(keys: Sequence[Key], counts: Sequence[int]) -> list[Look]:
    """Return colour, marker and dashes of each line.

    Where two things tell the lines apart, and one of them is of up to three kinds, colour says one and dashes the other.
    """
    if len(counts) == 2 and min(counts) <= len(DASHES) and max(counts) <= FEW_LINES:
        dashed = 0 if counts[0] <= counts[1] else 1
        first, second = (list(dict.fromkeys(key[side] for key in keys)) for side in (1 - dashed, dashed))
        places = [(first.index(key[1 - dashed]), second.index(key[dashed])) for key in keys]
    else:
        places = [(place % FEW_LINES, 0) for place in range(len(keys))]
    return [Look(PALETTE[i], MARKERS[(i + 3 * j) % FEW_LINES], DASHES[j]) for i, j in places]


def _is_ordered(sketch: Sketch) -> bool:
    return len(sketch.lines) == 1 and sketch.lines[0] in RUNNING


def _label(sketch: Sketch, key: Key) -> str:
    """Return what a legend says of a line."""
    bare = len(sketch.lines) == 1
    words = [said(name, entry, bare=bare) for name, entry in zip(sketch.lines, key, strict=True)]
    return " · ".join(word for word in words if word) or "unnamed"


def _heading(sketch: Sketch) -> str:
    """Return what the names in a legend or along a bar are."""
    if len(sketch.lines) != 1:
        return ""
    return str(getattr(sketch.record.result, "x_name", "x")) if sketch.lines[0] == "x" else sketch.lines[0]


def _bar(sketch: Sketch, profiles: Mapping[Key, Profile]) -> Bar | None:
    """Return a bar where ordered lines are too many for a legend."""
    if len(profiles) <= FEW_LINES or not _is_ordered(sketch):
        return None
    held = list(profiles.values())
    places = np.unique(np.linspace(0, len(held) - 1, 6).round().astype(int)).tolist()
    return Bar(
        (-0.5, len(held) - 0.5),
        tuple(one.look.colour for one in held),
        _heading(sketch),
        ticks=tuple((float(place), held[place].label) for place in places),
        steps=True,
    )


def _lines(
    panel: Panel, sketch: Sketch, profiles: Mapping[Key, Profile], numbered: bool, *, top: float
) -> Iterator[Trace]:
    """Yield each line with its band; a band without an upper end goes to the top."""
    band = 0.2 if len(profiles) <= 3 else 0.1 if len(profiles) <= FEW_LINES else 0.0
    for key, profile in profiles.items():
        line = [value for value in panel.values if key_of(value, sketch.lines) == key]
        if not line:
            continue
        x, (y, low, high) = _laid_out(line, sketch, numbered, lambda v: (v.value, v.low, v.high))
        low, high = (np.where(np.isnan(y), np.nan, end) for end in (low, np.minimum(high, top)))
        held = np.concatenate([[False], ~np.isnan(y), [False]])
        lonely = held[1:-1] & ~held[:-2] & ~held[2:]  # between two gaps: only a marker shows it
        crowded = len(x) > MANY_LAYERS and not lonely.any()
        told = {(v.place.layer.index if numbered else v.place.layer.depth): value_words(v) for v in line}
        banded = band > 0 and bool(np.isfinite(low).any())
        yield Trace(
            x + profile.aside,
            y,
            replace(profile.look, marker="") if crowded else profile.look,
            profile.label,
            low=low if banded else None,
            high=high if banded else None,
            band=band,
            words=tuple(told.get(at, "") for at in x.tolist()),
        )


def _signs_of_intervals(
    panel: Panel, sketch: Sketch, profiles: Mapping[Key, Profile], numbered: bool, *, limits: tuple[float, float]
) -> Iterator[Dots]:
    """Yield an arrow where an interval is open above, and a cross where a measure says that there is none."""
    floor, top = limits
    for key, profile in profiles.items():
        line = [value for value in panel.values if key_of(value, sketch.lines) == key and math.isfinite(value.value)]
        drawn = {
            "triangle-up": (OPEN, [value for value in line if value.high == math.inf]),
            "x-thin": (NONE, [value for value in line if value.refused]),
        }
        for sign, (name, held) in drawn.items():
            if held:
                x = [value.place.layer.index if numbered else value.place.layer.depth for value in held]
                y = [top - 0.02 * (top - floor) if sign == "triangle-up" else value.value for value in held]
                width, size = (0.0, 6.0) if sign == "triangle-up" else (1.6, 11.0)
                look = Look(profile.look.colour, sign, width=width, size=size)
                words = tuple(value_words(value) for value in held)
                yield Dots(np.array(x) + profile.aside, np.array(y), look, name, words=words, order=4)


def _laid_out(
    line: Sequence[Value], sketch: Sketch, numbered: bool, read: Callable[[Value], tuple[float, ...]]
) -> tuple[FloatArray, FloatArray]:
    """Return where the layers stand and what is read there, NaN at layers without a value."""
    held = {value.place.layer: read(value) for value in line}
    stacks = dict.fromkeys((value.place.model, value.place.layer.site) for value in line)
    # At equal depth only some layers have a partner; the others are no gaps.
    equal = sketch.record.profile == "equal"
    layers = list(held) if equal else [layer for stack in stacks for layer in sketch.layers[stack]]
    layers.sort(key=lambda layer: layer.depth)
    width = len(next(iter(held.values())))
    found = np.array([held.get(layer, (math.nan,) * width) for layer in layers], dtype=np.float64)
    return np.array([layer.index if numbered else layer.depth for layer in layers], dtype=np.float64), found.T


def _guides(panel: Panel, sketch: Sketch, profiles: Mapping[Key, Profile], numbered: bool) -> Iterator[Rule | Trace]:
    """Yield chance, ceiling and limits of chance: one line where all agree, else one for each line, in its colour."""
    for what, dash in GUIDES.items():
        read = functools.partial(_guided, sketch, what)
        found = np.array([read(value) for value in panel.values])
        found = found[np.isfinite(found)]
        if not found.size or (what == "ceiling" and found.min() >= sketch.record.info.bounds[1]):
            continue  # a ceiling at the bound says nothing
        if np.ptp(found) <= 1e-3 * abs(found).max():
            yield Rule(float(found.mean()), Look(MUTED, dash=dash, width=1.2), what)
            continue
        for key, profile in profiles.items():
            line = [value for value in panel.values if key_of(value, sketch.lines) == key]
            if line:
                x, (height,) = _laid_out(line, sketch, numbered, lambda v: (read(v),))  # noqa: B023
                words = tuple(f"{what} {at:.3g}" for at in height.tolist())
                look = Look(profile.look.colour, dash=dash, width=1.2)
                yield Trace(x, height, look, what, words=words, order=1)


def _guided(sketch: Sketch, what: str, value: Value) -> float:
    """Return what a guide says of a value; of comparisons relabelled alike, what each has to pass among all of them."""
    if what == "chance":
        return value.chance
    if what == "ceiling":
        return value.ceiling
    known = sketch.beyond.get(id(value.record))
    return math.nan if known is None else known.limit


def _layer_axis(layers: Sequence[LayerInfo], numbered: bool, panels: int) -> Axis:
    positions = sorted({float(layer.index if numbered else layer.depth) for layer in layers})
    margin = 0.03 * ((positions[-1] - positions[0]) or 20)
    limits = (positions[0] - margin, positions[-1] + margin)
    names = _short_names(layers, panels) if numbered else None
    if names is not None:
        ticks = tuple((float(index), name) for index, name in names.items())
    elif len(positions) == 1:
        ticks = tuple((at, f"{at:g}") for at in positions)
    elif numbered:
        ticks = nice_ticks(limits, 7 if panels > 1 else 10, whole=True)
    else:
        ticks = said_at([place / 5 for place in range(6) if limits[0] <= place / 5 <= limits[1]], 0.2)
    return Axis(limits, "layer" if numbered else "relative depth", ticks, group="x")


def _short_names(layers: Sequence[LayerInfo], panels: int) -> dict[int, str] | None:
    """Return names to stand under the axis: only of plain arrays, where all models agree and there is room."""
    names: dict[int, str] = {}
    for layer in layers:
        if layer.site or names.setdefault(layer.index, layer.name) != layer.name:
            return None
    room = NAMES_FIT // min(panels, 3)
    longest = max(len(name) for name in names.values())
    return {index: literal(name, 24) for index, name in sorted(names.items())} if longest * len(names) <= room else None
