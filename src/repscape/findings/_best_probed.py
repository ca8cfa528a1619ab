"""Which layer of a study to ask, and in words why: chosen on validation rows, reported on others."""

from __future__ import annotations

from dataclasses import dataclass

from ..measures import Estimate
from ..results import Results
from . import best_layer

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
            return Best(layer, found, _words(found, len(probes), own[0].variant))
    return None


def _words(found: Estimate, layers: int, variant: str) -> str:
    metric = str(found.options["metric"]).replace("_", " ")
    error = "" if found.stderr is None else f" ± {found.stderr:.3f}"
    chance = "" if found.chance is None else f" (chance {found.chance:.3f})"
    return (
        f"of {layers} layers the least validation loss of {variant}; on rows that had no part in the choice, {metric} "
        f"{found.value:.3f}{error}{chance}"
    )
