"""What a figure shows, in words: for the caption under it, and for those who cannot see it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..measures.uncertainty import Beyond
from ._choose import Sketch
from ._curve import BANDS
from ._depth import line_count
from ._look import FEW_LINES
from ._matrix import turned

LISTED = 6  # layers, and notes, that a caption names


def caption(sketch: Sketch) -> str:
    """Return what is drawn, what the bands are, and what a larger value says."""
    info = sketch.record.info
    words = [f"{sketch.title}{f' ({sketch.details})' if sketch.details else ''}."]
    if sketch.kind == "matrix":
        words.append("Rows and columns are layers, shallow ones at the lower left; empty cells have no value.")
        words += _ways(sketch)
    bands = _bands(sketch)
    if bands:
        words.append(bands)
    words += _beside(sketch) if sketch.kind == "depth" else []
    if sketch.kind != "matrix" and any(math.isfinite(value.chance) for value in sketch.values):
        words.append("Dotted: what unrelated data would give.")
    words += _beyond(sketch)
    if info.higher_means:
        words.append(f"Higher: {info.higher_means}.")
    if sketch.left_out:
        words.append(sketch.left_out)
    return " ".join(words)


def alternative(sketch: Sketch) -> str:
    """Return the figure in a sentence, with the range of its values."""
    finite = [value for value in sketch.values if math.isfinite(value.value)]
    words = f"{sketch.title}{f', {sketch.details}' if sketch.details else ''}."
    if not finite:
        return f"{words} It holds no finite value."
    low, high = min(finite, key=lambda v: v.value), max(finite, key=lambda v: v.value)
    return (
        f"{words} {len(finite)} values from {low.value:.3g} (layer {low.place.layer.key}) "
        f"to {high.value:.3g} (layer {high.place.layer.key})."
    )


def _ways(sketch: Sketch) -> list[str]:
    """Say which way a matrix of a measure reads that is not the same both ways."""
    if sketch.record.info.symmetric:
        return []
    return ["Not the same both ways: each cell is read from the layer on the axis that says so, to that on the other."]


def _beyond(sketch: Sketch) -> list[str]:
    """Say what is beyond the most alike of as many unrelated comparisons."""
    known = [sketch.beyond[id(value.record)] for value in sketch.values if id(value.record) in sketch.beyond]
    if not known:
        return []
    unsaid, said = [one for one in known if one.why], [one for one in known if not one.why]
    whose = f" of {len(unsaid)} of {len(known)} comparisons" if said else ""
    why = [f"What is beyond chance cannot be said{whose}: {unsaid[0].why}."] if unsaid else []
    return [*_beyond_of(said, sketch), *why]


def _beyond_of(known: Sequence[Beyond], sketch: Sketch) -> list[str]:
    """Say what is beyond chance among comparisons of which that can be said."""
    if not known:
        return []
    of = max(one.of for one in known)
    if sketch.kind != "matrix":
        whose = f"the most alike of all {of} passes" if of > 1 else "it passes"
        return [f"Dashed: what {whose} in 5 % of relabellings."]
    one_way = (
        " The other direction was not relabelled and has no dots: nothing is said of it." if turned(sketch) else ""
    )
    if not any(one.above for one in known):
        return [f"No cell is beyond what the most alike of all {of} reads by chance.{one_way}"]
    return [f"A dot: beyond what the most alike of all {of} reads by chance (p at most .05).{one_way}"]


def _bands(sketch: Sketch) -> str:
    """Say what the bands are, or why there are none."""
    if sketch.kind == "matrix" or not any(math.isfinite(value.low) for value in sketch.values):
        return ""
    methods = dict.fromkeys(str(value.record.result.options.get("error") or "") for value in sketch.values)
    method = ", ".join(filter(None, methods))
    of = f" (error: {method})" if method else ""
    if sketch.kind == "curve":
        most = max(len({id(value.record) for value in panel.values}) for panel in sketch.panels)
        return (
            f"Bands: 95 % intervals{of}." if most <= BANDS else "Errors are in the table: bands would cover each other."
        )
    if line_count(sketch) > FEW_LINES:
        return "Errors are in the table: bands would cover each other."
    meant = dict.fromkeys(value.interval_of for value in sketch.values if math.isfinite(value.low))
    meaning = ", ".join(filter(None, meant))
    return f"Bands: 95 % intervals{f' {meaning}' if meaning else ''}{of}."


def _beside(sketch: Sketch) -> list[str]:
    """Say at which layers an interval is open, or there is none and why, and what else is said of values."""
    open_, none, rest = dict[str, list[str]](), dict[str, list[str]](), dict[str, list[str]]()
    for value in sketch.values:
        held, text = (
            (open_, "")
            if value.high == math.inf
            else (none, value.interval_of)
            if value.refused
            else (rest, value.note)
        )
        if held is not rest or text:
            held.setdefault(text, []).append(value.place.layer.key)
    words = [f"Arrows: open above, at least the lower end ({_listed(keys)})." for keys in open_.values()]
    words += [f"Crosses: no interval ({_listed(keys)}: {text.removeprefix('none: ')})." for text, keys in none.items()]
    words += [f"{text[:1].upper()}{text[1:]} ({_listed(keys)})." for text, keys in list(rest.items())[:LISTED]]
    if len(rest) > LISTED:
        words.append("What is said of the others is in the table.")
    return words


def _listed(keys: list[str]) -> str:
    """Name layers."""
    layers = list(dict.fromkeys(keys))
    more = f" and {len(layers) - LISTED} more" if len(layers) > LISTED else ""
    return f"layer{'s' if len(layers) > 1 else ''} {', '.join(layers[:LISTED])}{more}"
