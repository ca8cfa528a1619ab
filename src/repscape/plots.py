"""The name that `repscape.figures` had before: every public name of then loads from here, with a warning, for one version."""

from __future__ import annotations

import warnings
from typing import Any

MOVED = (
    "FORMATS",
    "Drawing",
    "Line",
    "Margin",
    "Panel",
    "Sketch",
    "alternative",
    "caption",
    "draw",
    "draw_clusters",
    "draw_confusion",
    "draw_embeddings",
    "draw_lines",
    "draw_margins",
    "draw_probes",
    "draw_rsa",
    "draw_second_level",
    "draw_similarities",
    "draw_strip",
    "paint",
    "save_drawings",
    "save_figures",
    "sketches",
    "to_bytes",
    "write_whole",
)
__all__ = list(MOVED)


def __getattr__(name: str) -> Any:
    if name not in MOVED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import figures

    warnings.warn(
        f"repscape.plots is now repscape.figures. Write `from repscape.figures import {name}`; the old name goes with 0.2.",
        FutureWarning,
        stacklevel=2,
    )
    return getattr(figures, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *MOVED})
