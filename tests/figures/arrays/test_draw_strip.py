"""Strips of similarities, through what they draw."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import rcParams

import repscape as rs
from repscape.errors import InputError
from repscape.figures import draw_strip

RNG = np.random.default_rng(0)
GROUPS = ["a"] * 4 + ["b"] * 3 + ["c"] * 3
X = RNG.normal(size=(10, 6)) + np.repeat(RNG.normal(size=(3, 6)), [4, 3, 3], axis=0)


def test_strip_has_a_dot_for_every_pair_and_a_bar_at_every_mean():
    found = rs.select_category(X, GROUPS)
    ax = draw_strip(found).axes[0]
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    cosines, same = unit @ unit.T, np.equal.outer(GROUPS, GROUPS)
    upper = np.triu(np.ones((10, 10), bool), 1)
    strips = [cosines[upper & same & (np.array(GROUPS) == kind)[:, None]] for kind in "abc"] + [cosines[upper & ~same]]
    drawn = [one for one in ax.collections if one.get_offsets().shape[0] > 1]
    for place, (strip, one) in enumerate(zip(strips, drawn, strict=True)):
        x, y = one.get_offsets().T
        np.testing.assert_allclose(np.sort(y), np.sort(strip), atol=1e-12)
        assert (np.abs(x - place) <= 0.33).all()
    bars = [path.vertices[0, 1] for one in ax.collections for path in one.get_paths() if len(path.vertices) == 2]
    kinds = np.array(GROUPS)
    apart = [
        cosines[kinds == one][:, kinds == two].mean() for one, two in ("ab", "ac", "bc")
    ]  # pairs of groups count alike
    np.testing.assert_allclose(bars, [*(strip.mean() for strip in strips[:3]), np.mean(apart)], atol=1e-12)
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "b", "c", "between"]
    assert f"{found.value:.3f}" in ax.get_title(loc="left")


def test_strips_of_models_stand_side_by_side_on_one_scale():
    found = {"first": rs.select_category(X, GROUPS), "second": rs.select_category(X**3, GROUPS)}
    first, second = draw_strip(found).axes
    assert first.get_ylim() == second.get_ylim()
    assert [ax.get_title(loc="left").splitlines()[0] for ax in (first, second)] == ["first", "second"]


def test_strip_refuses_what_holds_no_pairs():
    many = rs.select_category(RNG.normal(size=(400, 3)), np.arange(400) % 2)
    with pytest.raises(InputError, match="up to 300 points. It is of 400"):
        draw_strip(many)


def test_the_readers_settings_come_back():
    before = dict(rcParams)
    draw_strip(rs.select_category(X, GROUPS))
    assert dict(rcParams) == before
