"""What it takes to repeat a study: plan, source, versions, graphs."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from ..plan import Plan
from .reading import Source

LIBRARIES = ("repscape", "numpy", "scipy", "numba", "scikit-learn", "zarr", "xarray")


def provenance(plans: Sequence[Plan], source: Source) -> dict[str, Any]:
    """Return plain JSON values."""
    places = [one.place for one in source.representations]
    return {
        "plan": plans[0].to_dict(),
        **({"also": [plan.to_dict() for plan in plans[1:]]} if len(plans) > 1 else {}),
        "source": {
            "n": source.n,
            "models": list(dict.fromkeys(place.model for place in places)),
            "steps": list(dict.fromkeys(place.step for place in places if place.step is not None)),
            "layers": list(dict.fromkeys(place.layer.key for place in places)),
            "columns": [str(name) for name in source.columns],
            **({"extracted": dict(source.extracted)} if source.extracted else {}),
        },
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "machine": f"{platform.system()} {platform.machine()}",
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
    }
