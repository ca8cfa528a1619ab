"""What a plan takes of a source: its layers and columns."""

from __future__ import annotations

from dataclasses import replace

from ... import _check
from ..._types import LayerInfo
from ...errors import UnknownNameError
from ...plan import Plan
from ._source import Source


def chosen_layers(source: Source, plan: Plan) -> Source:
    """Keep the layers that the plan asks for; refuse columns that are not there."""
    models: dict[str, dict[LayerInfo, None]] = {}
    for one in source.representations:
        models.setdefault(one.place.model, {})[one.place.layer] = None
    picked = plan.chosen(*map(list, models.values()))
    chosen = {(model, layer) for model, layers in zip(models, picked, strict=True) for layer in layers}
    for name in plan.columns:
        if name not in source.columns:
            known = list(map(str, source.columns))
            raise UnknownNameError(
                f"the plan reads column {name!r}; the examples have {', '.join(map(repr, known)) or 'no columns'}."
                f"{_check.near(name, known)}"
            )
        _check.column(source.columns[name], f"column {name!r}", "run", n=source.n)
    return replace(
        source, representations=tuple(r for r in source.representations if (r.place.model, r.place.layer) in chosen)
    )
