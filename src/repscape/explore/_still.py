"""A picture of the explorer, where nothing moves: some layers side by side."""

from __future__ import annotations

import time

import numpy as np

from ..figures import draw_embeddings, to_bytes
from .data import Gallery

PANELS, POINTS = 6, 3000
PATIENCE = 20.0  # seconds that a picture is waited for
MANY = 15  # classes that have a colour


def still(gallery: Gallery) -> bytes | None:
    """Return a PNG of up to six layers; None where no map is there in time."""
    held = gallery.held
    line = [layer for layer in held.layers.values() if layer.model == next(iter(held.layers.values())).model]
    chosen = [
        line[i] for i in dict.fromkeys(np.linspace(0, len(line) - 1, min(PANELS, len(line))).astype(int).tolist())
    ]
    method = gallery.layouts.usual()
    job, until = gallery.layouts.ask(method, first=0), time.monotonic() + PATIENCE
    while job.state in ("waiting", "working") and time.monotonic() < until:
        time.sleep(0.05)
    rows = np.unique(np.linspace(0, held.n - 1, min(held.n, POINTS)).astype(int))
    found = {layer: gallery.layouts.get(method, layer.number) for layer in chosen}
    planes = {layer.place.layer.key: xy[rows].astype(np.float64) for layer, xy in found.items() if xy is not None}
    if not planes:
        return None
    names = [str(name) for name in held.table.columns]
    classes = [name for name in names if (one := held.column(name)).codes is not None and 1 < len(one.levels) <= MANY]
    name = "label" if "label" in classes else next(iter(classes), "")
    labels = (
        [("" if code < 0 else held.column(name).levels[code]) for code in _codes(gallery, name)[rows]] if name else None
    )
    figure = draw_embeddings(planes, labels=labels, name=name, axes="PCA" if method == "pca" else "")
    return to_bytes(figure, "png")


def _codes(gallery: Gallery, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    codes = gallery.held.column(name).codes
    return np.zeros(gallery.held.n, dtype=np.int32) if codes is None else codes
