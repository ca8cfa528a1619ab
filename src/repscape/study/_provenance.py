"""What it takes to repeat a study: plan, source, versions, graphs."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from ..plan import Plan
from .reading import Source

LIBRARIES = ("repscape", "numpy", "scipy", "numba", "scikit-learn", "zarr", "xarray")


def provenance(
    plan: Plan, source: Source, *, graphs: Mapping[str, Mapping[str, Any]], finished: Iterable[str]
) -> dict[str, Any]:
    """Return plain JSON values."""
    places = [one.place for one in source.representations]
    return {
        "plan": plan.to_dict(),
        "source": {
            "n": source.n,
            "models": list(dict.fromkeys(place.model for place in places)),
            "steps": list(dict.fromkeys(place.step for place in places if place.step is not None)),
            "layers": list(dict.fromkeys(place.layer.key for place in places)),
            "columns": [str(name) for name in source.columns],
            **({"extracted": dict(source.extracted)} if source.extracted else {}),
        },
        "graphs": {unit: dict(known) for unit, known in graphs.items()},
        "finished": list(finished),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "machine": f"{platform.system()} {platform.machine()}",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
