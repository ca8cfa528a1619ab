"""Which layer of a study to ask, and in words why: chosen on validation rows, reported on others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..measures import Estimate
from ..results import Record, Results
from ._apart import Sample, judged
from ._best_layer import best_layer
from ._standing import standing
from ._words import listed

MEASURES = ("probe_linear", "probe_mlp", "probe_knn")
"""Any of them may say it; the first that is there does, in its first variant."""


@dataclass(frozen=True, slots=True)
class Best:
    """The layer to go on with."""

    layer: str
    """Its key."""
    found: Estimate
    """What the choice is worth on rows that had no part in it."""
    words: str
    """Why it was taken."""


def best_probed(results: Results, *, model: str = "", measure: str | None = None) -> Best | None:
    """Return the best layer of a model by its probes of one column, or None where there are none."""
    for name in MEASURES if measure is None else (measure,):
        own = [r for r in results if r.info.name == name and r.place.model == model and r.group is None]
        held = {r.place.layer.key: r.result for r in own if r.variant == own[0].variant}
        probes = {key: found for key, found in held.items() if isinstance(found, Estimate)}
        if probes:
            found = best_layer(probes)
            layer = str(found.details["layer"])
            one = [r for r in own if r.variant == own[0].variant and isinstance(r.result, Estimate)]
            return Best(layer, found, _words(found, len(probes), own[0].variant) + _beside(layer, one))
    return None


def _beside(layer: str, records: Sequence[Record]) -> str:
    """Name the other layers that may be the best ones too, row by row over the same examples."""
    found = standing([Sample.of(record) for record in records])
    kept = found.may_be_low if records[0].result.options.get("metric") == "log_loss" else found.may_be_high
    also = [r.place.layer.key for r, may in zip(records, kept, strict=True) if may and r.place.layer.key != layer]
    if not also or not all(map(judged, records)):
        return ""
    if len(also) == len(records) - 1:
        return "; errors tell no layer from it"
    return f"; errors do not tell it from {listed(also)}"


def _words(found: Estimate, layers: int, variant: str) -> str:
    metric = str(found.options["metric"]).replace("_", " ")
    error = "" if found.stderr is None else f" ± {found.stderr:.3f}"
    chance = "" if found.chance is None else f" (chance {found.chance:.3f})"
    return (
        f"of {layers} layers the least validation loss of {variant}; on rows that had no part in the choice, {metric} "
        f"{found.value:.3f}{error}{chance}"
    )
