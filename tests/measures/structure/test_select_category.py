"""Category selectivity: the word exercise, by hand, error, null, and input that has no answer."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError
from tests.data_files import data_file
from tests.reference import select_category as reference

RNG = np.random.default_rng(0)
GROUPS = np.repeat([0, 1, 2], [10, 14, 16])
X = RNG.normal(size=(3, 8))[GROUPS] + RNG.normal(size=(40, 8)) + 1


def test_details_by_hand() -> None:
    found = rs.select_category(X, GROUPS)
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    S, same = unit @ unit.T, GROUPS[:, None] == GROUPS
    upper = np.triu(np.ones((40, 40), bool), 1)
    assert found.value == pytest.approx(reference.slow(X, None, {"groups": GROUPS}))
    blocks = [[S[np.ix_(a == GROUPS, b == GROUPS)].mean() for b in range(3) if b != a] for a in range(3)]
    assert found.details["between"] == pytest.approx(np.mean(blocks))
    assert found.details["difference"] == pytest.approx(found.details["within"] - np.mean(blocks))
    for place in range(3):
        own = place == GROUPS
        assert found.details["by_group"][place] == pytest.approx(S[np.outer(own, own) & upper].mean())
        assert found.details["between_by_group"][place] == pytest.approx(np.mean(blocks[place]))
    assert np.sort(found.details["pairs_within"]) == pytest.approx(np.sort(S[same & upper]))
    assert np.sort(found.details["pairs_between"]) == pytest.approx(np.sort(S[~same & upper]))
    assert found.details["pairs_within"][found.details["pairs_group"] == 1].size == 14 * 13 / 2


def test_jackknife_leaves_out_each_point() -> None:
    found = rs.select_category(X, GROUPS)
    left_out = [np.delete(np.arange(40), i) for i in range(40)]
    values = [rs.select_category(X[rows], GROUPS[rows], permutations=0).value for rows in left_out]
    assert found.stderr == pytest.approx(np.sqrt(39 / 40 * np.sum((values - np.mean(values)) ** 2)))
    small = np.repeat(np.arange(20), 2)
    assert rs.select_category(X, small).stderr is None
    with pytest.raises(InputError, match="at least 3 points"):
        rs.select_category(X, small, error="jackknife")


def test_p_values_are_uniform_without_selectivity() -> None:
    ps = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        points = rng.normal(size=(24, 5)) + 1
        ps.append(rs.select_category(points, np.repeat([0, 1, 2], 8), permutations=39, rng=rng).p_value)
    assert np.mean(ps) == pytest.approx(0.5, abs=0.1)
    assert rs.select_category(X, GROUPS, permutations=99).p_value == 0.01


def test_units_through_a_study() -> None:
    assert rs.select_category(X.T, GROUPS, axis="units").value == pytest.approx(rs.select_category(X, GROUPS).value)
    results = rs.run(
        {"a": X, "b": X[:, :4]}, rs.Plan(measures=["select_category"], groups="kind"), columns={"kind": GROUPS}
    )
    assert [r.result.value for r in results] == [rs.select_category(Z, GROUPS).value for Z in (X, X[:, :4])]


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match="'c' has one; leave out"):
        rs.select_category(X[:5], list("aabbc"))
    with pytest.raises(InputError, match="at least 2 groups"):
        rs.select_category(X[:5], list("aaaaa"))
    with pytest.raises(InputError, match="Row 1 is one"):
        rs.select_category(np.vstack([X[0], X[0] * 0, X[1:3]]), list("aabb"))
    with pytest.raises(DegenerateDataError, match="no ratio"):
        rs.select_category(np.eye(4)[[0, 0, 1, 1]], list("aabb"))


# ---- two word models

KINDS = {
    **dict.fromkeys(["space", "spaceship", "planet", "moon", "star", "galaxy"], "space"),
    **dict.fromkeys(["chair", "table", "couch", "stool", "floor"], "furniture"),
    **dict.fromkeys(["apple", "banana", "pear", "kiwi", "orange", "peach", "watermelon", "starfruit", "date"], "fruit"),
}


def words(file: str) -> dict[str, np.ndarray]:
    """Return the vectors of those words of the exercise that a model has."""
    with np.load(data_file(file)) as held:
        place = {word: i for i, word in enumerate(held["words"].tolist())}
        return {word: held["vectors"][place[word]] for word in KINDS if word in place}


def test_word_exercise() -> None:
    wiki, twitter = words("glove_6B_50d_subset.npz"), words("glove_twitter_25d_12k.npz")
    assert (len(wiki), len(twitter)) == (18, 15)
    shared = {word: wiki[word] for word in twitter}
    for vectors, published in ((wiki, 2.876), (twitter, 1.239), (shared, 2.337)):
        found = rs.select_category(np.array(list(vectors.values())), [KINDS[word] for word in vectors])
        assert found.value == pytest.approx(published, abs=5e-4)
        assert found.p_value < 0.05
    pair = (np.array(list(side.values())) for side in (shared, twitter))
    assert rs.sim_rsa(*pair).value == pytest.approx(0.7143, abs=5e-5)
