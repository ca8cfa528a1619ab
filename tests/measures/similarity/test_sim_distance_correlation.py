"""Distance correlation: what no line sees, the two estimators, their nulls, and many pairs at once."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 80, 20))


def test_it_sees_what_is_not_linear() -> None:
    x = np.linspace(-1, 1, 60)[:, None]
    assert rs.sim_cka(x, x**2).value < 1e-12
    assert rs.sim_distance_correlation(x, x**2).value > 0.4


def test_estimators_and_nulls() -> None:
    biased = rs.sim_distance_correlation(X, Y, permutations=99, error=None)
    assert biased.value > 0.5
    assert biased.calibrated == 0.0
    unbiased = rs.sim_distance_correlation(X, Y, estimator="unbiased", error=None)
    assert (unbiased.chance, unbiased.details["null_sd"]) == (0.0, np.sqrt(2 / (80 * 77)))
    drawn = rs.sim_distance_correlation(X, Y, estimator="unbiased", error=None, permutations=400).null
    assert drawn.std() == pytest.approx(unbiased.details["null_sd"], rel=0.15)


def test_one_pass_for_all_pairs() -> None:
    models = {"one": {"a": X, "b": X[:, :3]}, "two": {"c": Y, "d": Y[:, :5]}}
    plan = rs.Plan(measures=[("sim_distance_correlation", {"permutations": 20, "error": None})], profiles=["models"])
    for record in rs.run(models, plan):
        sides = models["one"][record.place.layer.name], models["two"][record.other.layer.name]
        alone = rs.sim_distance_correlation(*sides, permutations=20, error=None)
        assert record.result.null == pytest.approx(alone.null, abs=1e-10)


def test_what_has_no_answer_is_refused() -> None:
    with pytest.raises(InputError, match=r"different distances"):
        rs.sim_distance_correlation(np.eye(6), Y[:6], estimator="unbiased")
    with pytest.raises(InputError, match=r"the number of examples"):
        rs.sim_distance_correlation(X[:3], Y[:3])
