"""t-SNE from the stored graph: near points stay near, whatever holds them is refused in words."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

import repscape as rs
from repscape.errors import InputError
from repscape.measures.structure import embed_graph

N = 150
CENTRES = np.random.default_rng(1).normal(size=(5, 20)) * 4
GROUP = np.arange(N) % 5
X = CENTRES[GROUP] + np.random.default_rng(0).normal(size=(N, 20))


def test_near_points_stay_near_as_they_do_from_the_points_themselves():
    found = embed_graph(rs.knn_graph(X, 61), perplexity=20.0)
    own = trustworthiness(X, found, n_neighbors=10)
    theirs = trustworthiness(X, rs.embed(X, method="tsne", perplexity=20.0), n_neighbors=10)
    assert own > theirs - 0.01
    assert own > trustworthiness(X, np.random.default_rng(0).normal(size=(N, 2)), n_neighbors=10) + 0.3


def test_the_first_neighbour_counts():
    """The library drops the first entry of a row as the point itself: were it a neighbour, close pairs would come apart."""
    twins = np.repeat(X[:60], 2, axis=0) + 1e-3 * np.random.default_rng(2).normal(size=(120, 20))
    found = embed_graph(rs.knn_graph(twins, 10))
    apart = np.linalg.norm(found[::2] - found[1::2], axis=1)
    assert np.median(apart) < 0.1 * np.median(np.linalg.norm(found - found.mean(axis=0), axis=1))


def test_a_start_keeps_like_places_alike():
    graph = rs.knn_graph(X, 46)
    before = embed_graph(graph)
    again, elsewhere = embed_graph(graph, start=before, rng=1), embed_graph(graph, rng=1)
    kept, lost = (np.corrcoef(found.ravel(), before.ravel())[0, 1] for found in (again, elsewhere))
    assert kept > 0.9 > lost


def test_the_same_seed_gives_the_same_layout():
    graph = rs.knn_graph(X, 16)
    np.testing.assert_array_equal(embed_graph(graph, rng=3), embed_graph(graph, rng=3))
    assert not np.array_equal(embed_graph(graph, rng=3), embed_graph(graph, rng=4))


def test_what_cannot_be_laid_out_is_refused():
    graph = rs.knn_graph(X, 16)
    with pytest.raises(InputError, match=r"perplexity of embed_graph must be .*5"):
        embed_graph(graph, perplexity=6.0)
    with pytest.raises(InputError, match="at least 4 neighbours"):
        embed_graph(rs.knn_graph(X, 3))
    with pytest.raises(InputError, match=r"start of embed_graph must be a finite array \(150, 2\)"):
        embed_graph(graph, start=np.zeros((3, 2)))
    with pytest.raises(InputError, match="indices and distances"):
        embed_graph(rs.NeighborGraph.from_arrays(indices=graph.indices))


def test_points_that_all_start_on_one_spot_part():
    assert np.ptp(embed_graph(rs.knn_graph(X, 16), start=np.ones((N, 2))), axis=0).min() > 1
