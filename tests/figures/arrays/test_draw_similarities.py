"""Similarity matrices, through what they draw."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError
from repscape.figures import draw_similarities

RNG = np.random.default_rng(0)
GROUPS = ["a"] * 4 + ["b"] * 3 + ["c"] * 3
X = RNG.normal(size=(10, 6)) + np.repeat(RNG.normal(size=(3, 6)), [4, 3, 3], axis=0)


def test_matrices_hold_the_cosines_on_one_scale_without_the_diagonal():
    Y = RNG.normal(size=(10, 3))
    names = [f"w{i}" for i in range(10)]
    figure = draw_similarities({"one": X, "two": Y}, names, groups=GROUPS)
    one, two = figure.axes[:2]
    for ax, points in ((one, X), (two, Y)):
        unit = points / np.linalg.norm(points, axis=1, keepdims=True)
        cells = np.ma.filled(ax.images[0].get_array(), np.nan)
        assert np.isnan(np.diag(cells)).all()
        off = ~np.eye(10, dtype=bool)
        np.testing.assert_allclose(cells[off], (unit @ unit.T)[off], atol=1e-12)
        assert [tick.get_text() for tick in ax.get_xticklabels()] == names
        edges = sorted({float(line.get_xdata()[0]) for line in ax.lines if np.ptp(line.get_xdata()) == 0})
        assert edges == [3.5, 6.5]
    assert one.images[0].norm is two.images[0].norm
    assert [tick.get_text() for tick in one.get_yticklabels()] == names
    with pytest.raises(InputError, match="layer 'one' and names"):
        draw_similarities({"one": X}, names[:5])


def test_many_names_are_left_out_of_a_matrix():
    figure = draw_similarities({"one": RNG.normal(size=(61, 3))}, [str(i) for i in range(61)])
    assert not figure.axes[0].get_xticklabels()
