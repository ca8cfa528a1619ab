"""Strips, similarity matrices and RSA scatters, through what they draw."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import rcParams
from matplotlib.colors import to_hex

import repscape as rs
from repscape.errors import InputError
from repscape.figures import draw_rsa, draw_similarities, draw_strip
from repscape.figures._look import PALETTE
from repscape.measures import Estimate

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


def test_rsa_has_a_dot_for_every_pair_and_says_r():
    Y = X + RNG.normal(size=X.shape)
    x, y = rs.rdm(X, metric="cosine"), rs.rdm(Y, metric="cosine")
    figure = draw_rsa(x, y, names=("wiki", "tweets"), groups=GROUPS, metric="cosine dissimilarity")
    ax = figure.axes[0]
    drawn = np.concatenate([np.asarray(one.get_offsets()) for one in ax.collections])
    assert {tuple(row) for row in drawn.round(12)} == {tuple(row) for row in np.stack([x, y], 1).round(12)}
    assert f"r = {np.corrcoef(x, y)[0, 1]:.3g}" in ax.get_title(loc="left")
    assert "45 pairs of 10 examples" in ax.get_title(loc="left")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("cosine dissimilarity in wiki", "cosine dissimilarity in tweets")
    within = ax.collections[1]
    assert len(within.get_offsets()) == 6 + 3 + 3
    assert to_hex(within.get_facecolor()[0]) == PALETTE[1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["between groups", "within a group"]


def test_very_many_pairs_are_counted_in_cells_none_left_out():
    x = RNG.normal(size=210 * 209 // 2) ** 2
    ax = draw_rsa(x, x + 1).axes[0]
    assert np.sum(ax.collections[0].get_array()) == x.size


def test_rsa_takes_the_estimate_it_is_given():
    found = Estimate(value=0.5, n=10, stderr=0.25, options={"compare": "spearman"})
    ax = draw_rsa(rs.rdm(X), rs.rdm(X), found=found).axes[0]
    assert ax.get_title(loc="left").startswith("spearman r = 0.50 ± 0.25")


def test_the_readers_settings_come_back():
    before = dict(rcParams)
    draw_strip(rs.select_category(X, GROUPS))
    assert dict(rcParams) == before
