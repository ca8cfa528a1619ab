"""Subsets that depend on n alone, and the deviations over them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from repscape.measures.uncertainty import replicates_of, replicates_of_influence, shuffles, spread_of, subsets


@pytest.mark.parametrize(("n", "share"), [(5, 0.5), (100, 0.25), (1300, 0.5), (5000, 0.25)])
def test_subsets_are_distinct_rows_of_the_asked_share_and_the_same_each_time(n: int, share: float) -> None:
    drawn = list(subsets(n, draws=7, share=share))
    assert len(drawn) == 7
    for rows in drawn:
        assert np.array_equal(rows, np.unique(rows))
        assert rows.min() >= 0
        assert rows.max() < n
        assert rows.size == pytest.approx(n * share, abs=max(1, 0.01 * n))
    assert all(np.array_equal(a, b) for a, b in zip(drawn, subsets(n, draws=7, share=share), strict=True))


def test_every_pair_of_rows_is_drawn_together_about_as_often() -> None:
    together = np.zeros((70, 70))
    for rows in subsets(70, draws=2000):
        together[np.ix_(rows, rows)] += 1
    apart = together[~np.eye(70, dtype=bool)] / 2000
    assert apart.mean() == pytest.approx(0.5 * 34 / 69, rel=1e-9)
    assert apart.std() < 1.2 * np.sqrt(0.25 * 0.75 / 2000)


def test_influence_and_recomputed_means_agree_with_the_plain_error() -> None:
    f = np.random.default_rng(0).normal(size=2000)
    plain = f.std(ddof=1) / np.sqrt(2000)
    found = replicates_of_influence(f, draws=2000)
    assert found.std() == pytest.approx(plain, rel=0.08)
    again = replicates_of(lambda rows: f[rows].mean(), 2000, draws=2000, share=0.5)
    np.testing.assert_allclose(again - again.mean(), found - found.mean(), atol=1e-3 * plain)
    assert spread_of(found, 1.0).stderr == pytest.approx(found.std(ddof=1))
    assert replicates_of_influence(f, stderr=3 * plain, draws=2000) == pytest.approx(3 * found)


def test_what_goes_together_deviates_together() -> None:
    rng = np.random.default_rng(0)
    common, own = rng.normal(size=(2, 5000))
    a, b = (replicates_of_influence(f, draws=1000) for f in (common, 0.6 * common + 0.8 * own))
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(np.corrcoef(common, 0.6 * common + 0.8 * own)[0, 1], abs=0.07)


def test_curves_have_one_column_for_each_value() -> None:
    f = np.random.default_rng(0).normal(size=(400, 3))
    assert replicates_of(lambda rows: f[rows].mean(axis=0), 400).shape == (20, 3)


def test_shuffles_stay_in_their_stratum_and_groups_stay_whole() -> None:
    groups, strata = np.array([0, 1, 0, 1, 2, 3, 3, 4, 4, 4]), np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    orders = np.array(list(shuffles(10, 300, rng=np.random.default_rng(0), within=strata)))
    assert (np.sort(orders, axis=1) == np.arange(10)).all()
    assert (strata[orders] == strata).all()
    assert len(np.unique(orders[:, :5], axis=0)) > 90  # of 120
    orders = np.array(list(shuffles(10, 300, rng=np.random.default_rng(0), groups=groups)))
    assert {tuple(o) for o in orders[:, [0, 2, 1, 3, 5, 6]]} == {
        (a, b, c, d, e, f) for a, b, c, d, e, f in ((*x, *y, *z) for x, y, z in permutations([(0, 2), (1, 3), (5, 6)]))
    }
    assert (orders[:, [4, 7, 8, 9]] == [4, 7, 8, 9]).all()  # the only groups of their size
