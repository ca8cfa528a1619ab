"""What a plan takes of a source: its layers and columns."""

from __future__ import annotations

from dataclasses import replace

from ..._types import LayerInfo
from ...plan import Plan
from ._plan_columns import plan_columns
from ._source import Source


def chosen_layers(source: Source, plan: Plan) -> Source:
    """Keep the layers that the plan asks for; refuse columns that are not there."""
    models: dict[str, dict[LayerInfo, None]] = {}
    for one in source.representations:
        models.setdefault(one.place.model, {})[one.place.layer] = None
    picked = plan.chosen(*map(list, models.values()))
    chosen = {(model, layer) for model, layers in zip(models, picked, strict=True) for layer in layers}
    return replace(
        source,
        representations=tuple(r for r in source.representations if (r.place.model, r.place.layer) in chosen),
        columns={**source.columns, **plan_columns(plan, source.columns, n=source.n)},
    )
