"""Figures with their words, written to files."""

from __future__ import annotations

import numpy as np

from repscape.figures import Drawing, draw_embeddings, save_drawings

RNG = np.random.default_rng(0)
PLANE = RNG.normal(size=(40, 2))


def test_drawings_are_written_in_every_format(tmp_path):
    drawing = Drawing("plane", draw_embeddings({"h": PLANE}), "A plane.")
    files = save_drawings([drawing], tmp_path)
    assert [file.name for file in files] == ["plane.png", "plane.svg", "plane.pdf"]
    assert all(file.stat().st_size > 1000 for file in files)
