"""Where a measure is highest, and which layers are most alike, as far as errors tell: clauses for notes of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from ..results import Record
from ._ends import Ends
from ._profiles import end_words
from ._words import count, finite, number, pair_words, spanned, value_of


def highest_words(records: Sequence[Record], *, lines: int = 1) -> str:
    """Say at which layers a measure is highest; none is named where errors do not tell it from every other, or there are none.

    Parameters
    ----------
    records : sequence of Record
        One measure of the layers of one model.
    lines : int
        How many such sentences are to be right together.

    Returns
    -------
    str
        Such as "highest 0.412 ± 0.010 at layer 5 (h.5, depth 1)", "highest within the errors at layers 4, 5 (...)", "0.2 at
        every layer", or the smallest and the largest value with the layers that have them.
    """
    ends = Ends.among(records, lines=lines)
    if ends is None:
        return "no layer has a value"
    held = finite(records)
    if value_of(ends.high) == value_of(ends.low):
        where = spanned(record.place.layer.index for record in held) if ends.of < 3 else "every layer"
        return f"{number(ends.high)} at {where}"
    if ends.high_stands_out:
        return end_words(ends, high=True) + ends.unnamed
    low, high = (
        f"{number(end)} at {spanned(r.place.layer.index for r in held if value_of(r) == value_of(end))}"
        for end in (ends.low, ends.high)
    )
    if ends.judged and ends.may_be[0]:
        few = f"{len(ends.left_out)} may be it and rest on few examples"
        return f"no layer is named the highest: {few}, the others are from {low} to {high}"
    if ends.judged:
        return f"no layer stands out beyond the errors, from {low} to {high}{ends.unnamed}"
    return f"from {low} to {high}; without errors no layer is named the best"


def alike_words(records: Sequence[Record]) -> str:
    """Say which two layers are most alike, and how many other pairs may be; none where there are no errors.

    Parameters
    ----------
    records : sequence of Record
        One measure of pairs of layers.

    Returns
    -------
    str
        Such as "most alike between layers 1 (h.1) and 2 (h.2), 0.50 ± 0.01; 3 other pairs within the errors of it".
    """
    ends = Ends.among(records, sign=records[0].info.alike or 1) if records else None
    if ends is None:
        return "no two layers have a value"
    at = f"{number(ends.high)} between {pair_words(ends.high)}"
    if not ends.judged:
        return f"{at} at the most; without errors no two layers are named the most alike"
    if ends.may_be[0]:
        few = f"{len(ends.left_out)} may be it and rest on few examples"
        return f"no pair is named the most alike: {few}, of the others the largest is {at}"
    if ends.of > 1 and not ends.high_stands_out:
        return f"no pair stands out beyond the errors, the largest is {at}"
    beside = f"; {count(len(ends.beside_high), 'other pair')} within the errors of it" if ends.beside_high else ""
    return f"most alike between {pair_words(ends.high)}, {number(ends.high)}{beside}{ends.unnamed}"
