"""Dissimilarities of two models, through what is drawn."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex

import repscape as rs
from repscape.figures import draw_rsa
from repscape.figures._look import PALETTE
from repscape.measures import Estimate

RNG = np.random.default_rng(0)
GROUPS = ["a"] * 4 + ["b"] * 3 + ["c"] * 3
X = RNG.normal(size=(10, 6)) + np.repeat(RNG.normal(size=(3, 6)), [4, 3, 3], axis=0)


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
