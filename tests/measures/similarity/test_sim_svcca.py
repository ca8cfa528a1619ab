"""SVCCA: which directions are kept, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from tests.data_files import data_file

RNG = np.random.default_rng(0)


def test_variance_is_of_squared_singular_values() -> None:
    Q = np.linalg.qr(RNG.normal(size=(200, 4)) - 0)[0]
    Q = np.linalg.qr(Q - Q.mean(axis=0))[0]
    X = Q * [10, 3, 1, 0.5]  # squares 100 9 1 .25: shares .907 .989 .998 1; singular values .69 .90 .97 1
    for variance, kept in ((0.9, 1), (0.95, 2), (0.99, 3), (0.999, 4), (1.0, 4)):
        assert rs.sim_svcca(X, X, variance=variance).details["rank_x"] == kept


def test_noise_directions_do_not_count() -> None:
    signal, noise = RNG.normal(size=(300, 2)), RNG.normal(size=(2, 300, 3)) * 0.01
    X, Y = np.column_stack([signal, noise[0]]), np.column_stack([signal @ [[1, 2], [2, -1]], noise[1]])
    assert rs.sim_svcca(X, Y).value == pytest.approx(1, abs=1e-3)
    assert rs.sim_cca(X, Y).value < 0.7


def test_too_few_examples_say_what_to_do() -> None:
    X, Y = RNG.normal(size=(2, 20, 15))
    with pytest.raises(InputError, match="Take a smaller variance"):
        rs.sim_svcca(X, Y)
    assert rs.sim_svcca(X, Y, variance=0.5).details["rank_x"] < 8
    with pytest.raises(InputError, match=r"variance of sim_svcca must be a number in \(0, 1\]"):
        rs.sim_svcca(X, Y, variance=0)


def test_networks_trained_from_two_seeds() -> None:
    held = np.load(data_file("svcca_activations.npz"))
    a, b = (held[f"svhn_net{i}_lay06"] for i in (0, 1))
    found = rs.sim_svcca(a, b)
    assert found.details["rank_x"] < a.shape[1]
    assert found.value > rs.sim_svcca(a, b[::-1]).value
