from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier

import repscape as rs
from repscape.errors import InputError


def sample(n=150, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, size=n)
    return rng.normal(size=(3, 5))[y] + rng.normal(size=(n, 5)), y


def test_odd_k_of_two_classes_as_scikit_learn() -> None:
    X, y = sample()
    cut = StratifiedKFold(5, shuffle=True, random_state=3)
    for k in (1, 5, 11):
        expected = cross_val_score(KNeighborsClassifier(k), X, y == 1, cv=cut)
        np.testing.assert_allclose(rs.probe_knn(X, y == 1, k=k, rng=3).details["by_fold"], expected)


def test_votes_by_hand() -> None:
    X = np.array([0, 1, 2, 3, 10, 11, 12, 13.0])[:, None]
    split = ["train", "train", "train", "test", "train", "train", "train", "test"]
    found = rs.probe_knn(X, list("aaabbbba"), k=3, folds=2, split=split, metric="log_loss")
    assert found.details["predicted"].tolist() == [-1, -1, -1, 0, -1, -1, -1, 1]
    assert found.details["accuracy"] == 0
    assert found.value == pytest.approx(np.log(5), abs=1e-5)  # 3 votes of 3: (3 + 1) / 5 for the wrong one


def test_a_tie_goes_to_the_nearer() -> None:
    X = np.array([[0.0], [1.0], [3.1], [9.0], [9.1], [9.2], [1.9], [9.3]])
    split = ["train"] * 6 + ["test"] * 2
    found = rs.probe_knn(X, list("abbaaaab"), k=2, folds=2, split=split)
    assert found.details["predicted"].tolist()[6:] == [1, 0]


def test_k_is_chosen_on_the_other_folds() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    y = (X[:, 0] + rng.normal(scale=1.5, size=300) > 0).astype(int)
    found = rs.probe_knn(X, y)
    assert np.median(found.details["k"]) > 5  # noisy labels: one neighbour says little
    assert found.value > rs.probe_knn(X, y, k=1).value
    assert rs.probe_knn(X, X[:, 0] * 2.5).value > 0.8


def test_the_same_rows_as_the_linear_probe() -> None:
    X, y = sample()
    one, other = rs.probe_knn(X, y, rng=4), rs.probe_linear(X, y, rng=4)
    assert (one.details["confusion"].sum(axis=1) == other.details["confusion"].sum(axis=1)).all()
    assert one.chance == other.chance


def test_too_few_neighbours() -> None:
    X, y = sample(30)
    with pytest.raises(
        InputError, match="k of probe_knn must not exceed the training rows: 15 in the smallest set. Got 20"
    ):
        rs.probe_knn(X, y, k=20, folds=2)
    with pytest.raises(InputError, match=r"k of probe_knn must be an int in \[1, 29\]"):
        rs.probe_knn(X, y, k=30)
