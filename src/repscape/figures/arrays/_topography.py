"""The trees of density peaks that results of a study keep, for a few layers of each model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...results import Record
from .._arrange import columns_of, size_of
from .._drawing import Drawing
from .._paint import paint
from .._spec import FigureSpec
from ._draw_peaks import Landscape, panel_of

LAYERS = 3
MOST = 6
"""Figures: of the models, columns and conventions that come first."""
KEPT = ("tree", "heights", "height_errors", "populations", "halo", "names")


def topographies(records: Iterable[Record]) -> tuple[Drawing, ...]:
    """Return a figure of peaks and passes for each model, column and convention of which results keep the tree.

    Its panels are the first layer, the last, and those evenly between them.
    """
    lines: dict[Any, list[Record]] = {}
    for record in records:
        if record.profile == "depth" and set(KEPT) <= set(record.result.details):
            key = (record.variant, record.place.model, record.place.step, record.column, record.group)
            lines.setdefault(key, []).append(record)
    return tuple(_drawn(place, line) for place, line in enumerate(list(lines.values())[:MOST]))


def _drawn(place: int, line: list[Record]) -> Drawing:
    held = sorted(line, key=lambda record: record.place.layer.index)
    chosen = [held[at] for at in np.unique(np.linspace(0, len(held) - 1, LAYERS).round().astype(int))]
    panels = tuple(panel_of(record.place.layer.name, _landscape(record), _names(record)) for record in chosen)
    one = line[0]
    step = None if one.place.step is None else f"step {one.place.step:g}"
    of = ", ".join(str(part) for part in (one.place.model, step, one.group) if part)
    spec = FigureSpec(
        f"topography-{place}",
        f"Peaks of the density{f', {of}' if of else ''}",
        panels,
        size_of(len(panels), 3.5),
        columns=columns_of(len(panels)),
    )
    caption = (
        f"{one.variant}{f', {of}' if of else ''}: a dot is a peak at its log density, with one standard error; branches meet "
        f"at the pass between them, in dashes where none is known. Peaks are named by their commonest {one.column}, with its "
        f"share; {len(chosen)} of {len(held)} layers are shown."
    )
    return Drawing(f"topography-{place}", paint(spec), caption)


def _landscape(record: Record) -> Landscape:
    held = record.result.details
    heights, errors = (np.asarray(held[name], dtype=np.float64) for name in ("heights", "height_errors"))
    tree = np.asarray(held["tree"], dtype=np.float64).reshape(-1, 4)
    return Landscape(heights, errors, tree, np.asarray(held["populations"]), float(held["halo"]))


def _names(record: Record) -> tuple[str, ...]:
    return tuple(str(name) for name in np.asarray(record.result.details["names"]).tolist())
