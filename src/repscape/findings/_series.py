"""What the layers of one line of a figure have in common: their model, checkpoint, site and part of the examples."""

from __future__ import annotations

from ..results import Record

Series = tuple[str, float | None, str, str | None]
"""Model, checkpoint, site, part of the examples."""


def series_of(record: Record) -> Series:
    """Return the series that a record belongs to."""
    place = record.place
    return place.model, place.step, place.layer.site, record.group
