"""The one layer to go on with: the page shows it, `predict` asks it, and both give this reason."""

from __future__ import annotations

from dataclasses import dataclass

from .._types import Brief, LayerInfo
from ..results import Record, Results, titles
from ._best_probed import best_probed
from ._ends import Ends
from ._focus import in_focus
from ._suggest import suggest_layers
from ._words import finite, number, spanned, value_of

OVERLAPS = ("overlap_labels", "overlap_values")
"""What neighbours say about a column, where no probe was asked."""


@dataclass(frozen=True, slots=True, repr=False)
class Recommended(Brief):
    """A layer, and why it was taken."""

    model: str
    """The model; "" where it has no name."""
    layer: LayerInfo
    """The layer."""
    column: str | None
    """What is to be read from it; None where there are no labels and the dimension alone speaks."""
    why: str
    """In words that go on a sentence, with the error that carries them."""
    stands_out: bool = True
    """Whether errors tell it from any other layer; where not, it is only the one with the best value."""


def recommended(results: Results, *, model: str = "", column: str | None = None) -> Recommended | None:
    """Return the layer to go on with, or None where nothing speaks for one.

    By what was measured of the column, in this order: probes (the least validation loss, reported on rows that had no part in
    the choice), the overlap with labels or values (the highest), and without a column the dimension, where it suggests a layer.
    Of several checkpoints the last counts.

    Parameters
    ----------
    results : Results
        Of a study.
    model : str
        Which model, where there are several.
    column : str, optional
        Which labels or values; by default the first that was measured.

    Returns
    -------
    Recommended or None
        The layer, and why.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> from repscape.findings import recommended
    >>> y = np.arange(300) % 2
    >>> noise = np.random.default_rng(0).normal(size=(300, 3))
    >>> layers = {"a": noise, "b": noise + 3 * y[:, None]}
    >>> found = rs.run(layers, rs.Plan(measures=["overlap_labels"], labels="y"), columns={"y": y})
    >>> recommended(found).layer.name
    'b'
    """
    held = in_focus(results.select(model=model), column=column)
    layers = {record.place.layer.key: record.place.layer for record in held}
    best = best_probed(held, model=model)
    if best is not None:
        return Recommended(model, layers[best.layer], column or _column(held), best.words)
    for name in OVERLAPS:
        own = finite(record for record in held if record.info.name == name and record.profile == "depth")
        own = [record for record in own if record.variant == own[0].variant and record.column == own[0].column]
        if len(own) > 1:
            return _highest(own, titles(held.records)[own[0].variant])
    return _suggested(held) if column is None else None


def _column(held: Results) -> str | None:
    return next((record.column for record in held if record.info.family == "probe"), None)


def _highest(own: list[Record], title: str) -> Recommended:
    best = max(own, key=value_of)
    chance = best.result.chance
    ends = Ends.among(own)
    certain = ends is not None and ends.judged and ends.high is best
    beside = [record.place.layer.index for record in ends.beside_high] if ends is not None and certain else []
    said = f"of {len(own)} layers the highest {title[:1].lower()}{title[1:]} of {best.column}, {number(best)}"
    said += "" if chance is None else f" (chance {chance:.3g})"
    if not certain:
        said += "; there are no errors"
    elif beside:
        said += f"; {spanned(beside)} cannot be told from it"
    alone = certain and len(beside) < len(own) - 1
    return Recommended(best.place.model, best.place.layer, best.column, said, stands_out=alone)


def _suggested(held: Results) -> Recommended | None:
    numbers = {r.info.name for r in held if r.info.name == "id_twonn" and r.profile == "depth"}
    for name in numbers:
        for advice in suggest_layers(held, measure=name):
            if advice.suggested:
                return Recommended(advice.model, advice.suggested[0], None, advice.evidence.removesuffix("."))
    return None
