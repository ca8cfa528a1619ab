"""Two coordinates: exact methods against scikit-learn and by hand, random ones by what they keep."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA

import repscape as rs
from repscape.errors import InputError, MissingExtraError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6)) * [5, 3, 1, 1, 1, 1]


def test_principal_components() -> None:
    expected = PCA(2).fit_transform(X)
    assert np.abs(rs.embed(X)) == pytest.approx(np.abs(expected))
    assert rs.embed(X, axis="units").shape == (6, 2)
    assert rs.embed(X[:, :1])[:, 1].tolist() == [0.0] * 30


def test_scaling_keeps_distances_that_fit_a_plane() -> None:
    plane = X[:, :2]
    for found in (
        rs.embed(plane, method="mds"),
        rs.embed(squareform(pdist(plane)), method="mds", metric="precomputed"),
    ):
        assert pdist(found) == pytest.approx(pdist(plane))
    assert rs.embed(X, method="mds") == pytest.approx(rs.embed(X))
    names, distances = rs.second_level_rdm({"a": X, "b": X[:, :3], "c": X[:, 3:]})
    assert rs.embed(squareform(distances), method="mds", metric="precomputed").shape == (len(names), 2)


def test_tsne_keeps_groups_apart_and_is_repeatable() -> None:
    groups = np.repeat([0, 1], 15)
    apart = X + 100 * groups[:, None]
    found = rs.embed(apart, method="tsne", perplexity=5)
    assert rs.select_category(found - found.mean(axis=0), groups).details["difference"] > 0.5
    assert np.array_equal(found, rs.embed(apart, method="tsne", perplexity=5))
    with pytest.raises(InputError, match="perplexity"):
        rs.embed(X, method="tsne", perplexity=30)


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(InputError, match="Take method='mds'"):
        rs.embed(X, metric="cosine")
    with pytest.raises(InputError, match="symmetric"):
        rs.embed(X, method="mds", metric="precomputed")


def test_umap_says_how_to_install_it() -> None:
    try:
        import umap  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match="pip install umap-learn"):
            rs.embed(X, method="umap")
    else:
        assert rs.embed(X, method="umap", neighbors=5).shape == (30, 2)
