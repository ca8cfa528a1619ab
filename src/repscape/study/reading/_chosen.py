"""What a plan takes of a source: its layers and columns, and the digest that tells one body of data from another."""

from __future__ import annotations

import hashlib
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


def fingerprint(source: Source) -> str:
    """Sha256 over every number of every representation, and over the columns."""
    digest = hashlib.sha256()
    for one in source.representations:
        digest.update(one.fingerprint().encode())
    for name in sorted(source.columns):
        digest.update(f"\x1f{name}".encode())
        digest.update("\x1e".join(map(str, source.columns[name])).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
