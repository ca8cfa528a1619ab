"""Second-level RSA on a plane, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import squareform

import repscape as rs
from repscape.errors import InputError
from repscape.figures import draw_second_level

RNG = np.random.default_rng(0)


def legend_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_second_level_lays_layers_out_by_their_distances():
    layers = {f"{model} {i}": RNG.normal(size=(20, 5)) for model in ("small", "large") for i in range(3)}
    names, distances = rs.second_level_rdm(layers)
    figure = draw_second_level(names, distances, models=[name.split()[0] for name in names])
    ax = figure.axes[0]
    expected = rs.embed(squareform(distances), method="mds", metric="precomputed")
    np.testing.assert_allclose(np.concatenate([line.get_xydata() for line in ax.lines]), expected, atol=1e-12)
    assert sorted(text.get_text() for text in ax.texts) == sorted(names)
    assert legend_of(figure) == ["small", "large"]
    assert "r = " in ax.get_title(loc="left")
    with pytest.raises(InputError, match="distances and names"):
        draw_second_level(names[:-1], distances)
