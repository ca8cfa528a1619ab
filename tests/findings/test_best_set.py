"""The set of values that may be the largest: of equal ones none is left out, of unequal ones the lower are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import repscape as rs
from repscape._types import LayerInfo
from repscape.findings._best_set import Joint, best_set  # house: the step itself, without a study
from repscape.measures import Estimate
from repscape.results import MeasureInfo, Place, Record, Results


def profile(means: np.ndarray, rng: np.random.Generator, *, shared: float = 0.3, info: str = "id_twonn") -> Results:
    """Values of layers on one sample, with the replicates that such a sample would give."""
    m = means.size
    noise = np.sqrt(shared) * rng.normal(size=(101, 1)) + np.sqrt(1 - shared) * rng.normal(size=(101, m))
    values, replicates = means + noise[0], noise[1:]
    return Results(
        tuple(
            Record(
                MeasureInfo(info),
                info,
                "depth",
                Place("", LayerInfo(f"h.{i}", i, i / (m - 1))),
                Estimate(values[i], n=100, stderr=1.0, replicates=replicates[:, i] / replicates[:, i].std(ddof=1)),
            )
            for i in range(m)
        )
    )


def most_allowed(runs: int) -> int:
    """Return how many of so many runs may be wrong at a true rate of 5 %, all but once in a thousand."""
    return int(stats.binom.ppf(0.999, runs, 0.05))


@pytest.mark.parametrize("layers", [6, 13])
def test_of_equal_layers_none_is_left_out(layers: int) -> None:
    left_out = beyond = 0
    for run in range(60):
        found = profile(np.full(layers, 50.0), np.random.default_rng(run)).differences("id_twonn", against="best")
        left_out += not found["may_be_best"].all()
        beyond += bool((found["high_simultaneous"] < 0).any())
    assert max(left_out, beyond) <= most_allowed(60)


def test_what_is_clearly_less_is_left_out_and_what_ties_stays() -> None:
    rng = np.random.default_rng(0)
    found = profile(np.array([50.0, 50.0, 40.0, 30.0]), rng).differences("id_twonn", against="best")
    by_layer = dict(zip(found["layer"], found["may_be_best"], strict=True))
    assert by_layer.pop("h.1", True)
    assert by_layer.pop("h.0", True)
    assert by_layer == {"h.2": False, "h.3": False}
    rest = found.set_index("layer").loc[["h.2", "h.3"]]
    assert (rest["high_simultaneous"] < 0).all()
    assert (rest["same_within"] > 5).all()


def test_the_interval_of_one_row_allows_for_the_choice_too() -> None:
    missed = 0
    for run in range(60):
        found = profile(np.full(6, 50.0), np.random.default_rng(run)).differences("id_twonn", against="best")
        row: pd.Series = found.iloc[0]
        missed += not row["low"] <= 0 <= row["high"]
        assert row["low_simultaneous"] <= row["low"] <= row["high"] <= row["high_simultaneous"]
    assert missed <= most_allowed(60)


def test_values_that_deviate_alike_differ_by_nothing() -> None:
    deviations = np.random.default_rng(0).normal(size=(100, 1)) @ np.ones((1, 3))
    joint = Joint.of(np.ones(3), deviations, np.random.default_rng(1))
    assert (joint.apart == 0).all()
    assert best_set(np.array([1.0, 1.0, 0.9]), joint).tolist() == [True, True, False]


@pytest.mark.parametrize("layers", [13, 25])
def test_of_equal_layers_none_is_suggested(layers: int) -> None:
    suggested = 0
    for run in range(60):
        (advice,) = rs.suggest_layers(profile(np.full(layers, 8.0), np.random.default_rng(run)))
        suggested += bool(advice.suggested)
        assert advice.suggested or advice.candidates == advice.layers
    assert suggested <= most_allowed(60)


def test_a_real_minimum_is_suggested_with_its_candidates() -> None:
    means = np.array([20.0, 60, 100, 60, 20, 20, 20, 60])
    (advice,) = rs.suggest_layers(profile(means, np.random.default_rng(0)))
    assert [layer.index for layer in advice.candidates] == [4, 5, 6]
    assert {layer.index for layer in advice.suggested} == {4, 5, 6}
