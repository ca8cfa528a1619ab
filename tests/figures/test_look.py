"""The house's colours, beside those of the library they were taken from."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from repscape.figures._look import LABELS, ON_DARK, ON_LIGHT, ORDERED, SEQUENTIAL, ink_on, shade, sign_of


def test_the_sequential_scale_is_viridis():
    for share in np.linspace(0, 1, 101):
        ours, theirs = np.array(to_rgb(shade(SEQUENTIAL, share))), np.array(colormaps["viridis"](share)[:3])
        assert abs(ours - theirs).max() <= 3.5 / 255


def test_ordered_shades_grow_lighter_and_leave_out_the_ends():
    luminance = [np.dot((0.2126, 0.7152, 0.0722), to_rgb(colour)) for colour in ORDERED]
    assert luminance == sorted(luminance)
    assert 0.1 < luminance[0] < luminance[-1] < 0.8


def test_numbers_in_cells_stand_out():
    assert ink_on(SEQUENTIAL[0]) == ON_DARK
    assert ink_on(SEQUENTIAL[-1]) == ON_LIGHT


def test_labels_differ_in_colour_or_sign():
    assert len({(sign_of(place).colour, sign_of(place).marker) for place in range(LABELS)}) == LABELS
