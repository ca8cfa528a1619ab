"""The heat map with margins, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from repscape.errors import InputError
from repscape.figures import Margin, draw_margins

CELLS = np.array([[0.9, 0.4, 0.1], [0.1, 0.3, np.nan]])
WORDS = {"label": "overlap", "curve_label": "dimension", "heading": "Two models"}


def test_curves_stand_beside_the_layers_they_are_of() -> None:
    rows = Margin("small", [1, 2], [9.0, 5.0], [0.5, 0.25])
    columns = Margin("large", [1, 2, 3], [12.0, 7.0, 6.0])
    figure = draw_margins(CELLS, rows=rows, columns=columns, **WORDS)
    above, main, beside, bar = figure.axes
    (image,) = main.get_images()
    np.testing.assert_array_equal(np.ma.filled(image.get_array(), np.nan), CELLS)
    assert image.get_clim() == (0.0, 1.0)  # 0.9 is near the bound
    assert (main.get_xlabel(), main.get_ylabel()) == ("layer of large", "layer of small")
    assert [tick.get_text() for tick in main.get_xticklabels()] == ["1", "2", "3"]
    assert [tick.get_text() for tick in main.get_yticklabels()] == ["1", "2"]
    assert above.get_lines()[0].get_xydata().tolist() == [[0, 12], [1, 7], [2, 6]]
    assert beside.get_lines()[0].get_xydata().tolist() == [[9, 0], [5, 1]]
    assert above.get_xlim() == main.get_xlim() == (-0.5, 2.5)
    assert beside.get_ylim() == main.get_ylim() == (-0.5, 1.5)
    band = beside.collections[0].get_paths()[0].vertices
    assert np.allclose((band[:, 0].min(), band[:, 0].max()), (5 - 1.959964 * 0.25, 9 + 1.959964 * 0.5))
    assert (above.get_ylabel(), beside.get_xlabel(), bar.get_ylabel()) == ("dimension", "dimension", "overlap")


def test_a_heat_map_without_curves_stands_alone() -> None:
    figure = draw_margins(CELLS, rows=Margin("a", range(2)), columns=Margin("b", range(3)), **WORDS)
    assert len(figure.axes) == 2
    assert (
        len(draw_margins(CELLS, rows=Margin("a", range(2), [1, 2]), columns=Margin("b", range(3)), **WORDS).axes) == 4
    )


def test_a_panel_far_longer_than_wide_keeps_both_sides() -> None:
    figure = draw_margins(np.zeros((40, 2)), rows=Margin("a", range(40)), columns=Margin("b", range(2)), **WORDS)
    box = figure.axes[0].get_window_extent()
    assert box.height / box.width < 3


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match=r"\(3, 2\)\. Got \(2, 3\)"):
        draw_margins(CELLS, rows=Margin("a", range(3)), columns=Margin("b", range(2)), **WORDS)
    with pytest.raises(InputError, match=r"curve and stderr of 'b' must have an entry for each of its 3 layers"):
        draw_margins(CELLS, rows=Margin("a", range(2)), columns=Margin("b", range(3), [1, 2]), **WORDS)
