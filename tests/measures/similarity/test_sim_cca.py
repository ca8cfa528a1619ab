"""Mean CCA: linear images, scikit-learn, chance, ridge, errors, and too few examples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cross_decomposition import CCA

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from tests.data_files import data_file

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 5)) * np.geomspace(1, 1e-3, 5)
Y = np.tanh(X @ RNG.normal(size=(5, 4))) + 0.3 * RNG.normal(size=(120, 4))


def test_linear_images_are_the_same() -> None:
    assert rs.sim_cca(X, X @ RNG.normal(size=(5, 5)) + 7).value == pytest.approx(1, abs=1e-10)
    assert rs.sim_cca(X, X @ RNG.normal(size=(5, 3))).value == pytest.approx(1, abs=1e-10)
    badly_conditioned = X @ np.diag(np.geomspace(1, 1e-6, 5))
    assert rs.sim_cca(X, badly_conditioned).value == pytest.approx(1, abs=1e-8)


def test_scikit_learn() -> None:
    A, B = CCA(n_components=4, scale=False, tol=1e-12, max_iter=100_000).fit_transform(X, Y)
    expected = [np.corrcoef(a, b)[0, 1] for a, b in zip(A.T, B.T, strict=True)]
    found = rs.sim_cca(X, Y)
    assert found.details["rho"] == pytest.approx(expected, abs=1e-5)
    assert found.value == pytest.approx(np.mean(expected), abs=1e-5)


def test_features_without_variance_or_news_add_nothing() -> None:
    more = np.column_stack([X, np.full(120, 0.1), X[:, 0] + X[:, 1]])
    found = rs.sim_cca(more, Y)
    assert found.details["rank_x"] == 5
    assert found.value == pytest.approx(rs.sim_cca(X, Y).value, abs=1e-10)


def test_chance_of_squared_correlations() -> None:
    values = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found = rs.sim_cca(rng.normal(size=(40, 5)), rng.normal(size=(40, 3)), average="rho2", error=None)
        values.append(found.value)
    assert np.mean(values) == pytest.approx(found.chance, rel=0.1)
    there = rs.sim_cca(X, Y, permutations=99)
    assert there.p_value == 0.01
    assert there.chance == pytest.approx(np.sqrt(5 / 119), abs=0.05)


def test_too_few_examples_say_what_to_do() -> None:
    few = rs.sim_cca(X[:9], Y[:9], ridge=0.1)
    assert 0 < few.value < 1
    with pytest.raises(InputError, match=r"n > d \+ p. Got n = 9 for 5 \+ 4 dimensions. Take ridge=0.1, rs.sim_svcca"):
        rs.sim_cca(X[:9], Y[:9])
    assert rs.sim_cca(X[:16], Y[:16]).stderr is None
    with pytest.raises(InputError, match="error='jackknife' of sim_cca needs at least twice as many examples"):
        rs.sim_cca(X[:16], Y[:16], error="jackknife")
    with pytest.raises(InputError, match="n > d"):
        rs.sim_cca(X[:16], Y[:16], error="subsample")
    with pytest.raises(DegenerateDataError, match="points that differ"):
        rs.sim_cca(X, np.ones((120, 2)))


def test_networks_trained_from_two_seeds() -> None:
    held = np.load(data_file("svcca_activations.npz"))
    mnist = [held[f"mnist_net{i}_logits"].T for i in (0, 1)]  # stored as units x points
    svhn = [held[f"svhn_net{i}_lay06"] for i in (0, 1)]
    assert rs.sim_cca(*mnist).details["rho"] == pytest.approx(
        np.linalg.svd(np.linalg.qr(mnist[0] - mnist[0].mean(0))[0].T @ np.linalg.qr(mnist[1] - mnist[1].mean(0))[0])[1],
        abs=1e-5,
    )
    assert rs.sim_cca(*svhn).value > rs.sim_cca(svhn[0], svhn[1][::-1]).value
