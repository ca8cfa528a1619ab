"""Disagreement and divergence of outputs: by hand, their errors, their nulls against every arrangement, what is refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, UnknownNameError

ONE = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2], [0.3, 0.3, 0.4], [0.1, 0.6, 0.3]])
OTHER = np.array([[0.6, 0.3, 0.1], [0.3, 0.3, 0.4], [0.1, 0.1, 0.8], [0.2, 0.7, 0.1], [0.2, 0.2, 0.6], [0.2, 0.5, 0.3]])


def test_by_hand() -> None:
    found = rs.sim_disagreement(ONE, OTHER)
    assert found.value == pytest.approx(2 / 6)
    assert found.per_point.tolist() == [0, 1, 0, 1, 0, 0]  # type: ignore[union-attr]
    # classes 0: 2 and 1, class 1: 2 and 2, class 2: 2 and 3 of 6, so unrelated they agree in (2 + 4 + 6) / 36
    assert found.chance == pytest.approx(1 - 12 / 36)
    assert found.details["kappa"] == pytest.approx(0.5)
    assert rs.sim_disagreement(np.log(ONE), OTHER, outputs="scores").value == found.value


def test_an_error_of_a_share() -> None:
    found = rs.sim_disagreement(ONE, OTHER)
    assert found.stderr == pytest.approx(np.std([0, 1, 0, 1, 0, 0], ddof=1) / np.sqrt(6))
    low, high = rs.sim_disagreement(ONE, ONE).interval  # type: ignore[misc]
    assert (low, high) == pytest.approx((0, 0.3903), abs=1e-3)  # Wilson's, of 0 in 6
    grouped = rs.sim_disagreement(
        np.repeat(ONE, 2, axis=0), np.repeat(OTHER, 2, axis=0), groups=np.repeat(np.arange(6), 2)
    )
    assert grouped.stderr == pytest.approx(found.stderr, rel=1e-9)


@pytest.mark.parametrize("measure", [rs.sim_disagreement, rs.sim_jsd])
def test_moments_are_those_of_all_arrangements(measure: Callable[..., rs.Estimate]) -> None:
    given = {"outputs": "probabilities"}
    every = [measure(ONE, OTHER[list(order)], error=None, **given).value for order in itertools.permutations(range(6))]
    found = measure(ONE, OTHER, **given)
    assert found.chance == pytest.approx(np.mean(every))
    assert found.details["null_mean"] == pytest.approx(np.mean(every))
    assert found.details["null_sd"] == pytest.approx(np.std(every))
    assert found.p_value is None
    exact = measure(ONE, OTHER, permutations=719, **given)
    assert exact.p_value == pytest.approx(np.mean(np.array(every) <= found.value + 1e-12))


def test_jsd_by_hand() -> None:
    p, q = np.array([[0.5, 0.5]] * 3), np.array([[1.0, 0.0]] * 3)
    expected = 1 - (0 + 1) / 2 + (-0.75 * np.log2(0.75) - 0.25 * np.log2(0.25)) - 1
    found = rs.sim_jsd(p, q, outputs="probabilities")
    assert found.value == pytest.approx(expected)
    assert rs.sim_jsd(p, q, outputs="probabilities", base="e").value == pytest.approx(expected * np.log(2))
    assert rs.sim_jsd(np.log(ONE), np.log(OTHER)).value == pytest.approx(
        rs.sim_jsd(ONE, OTHER, outputs="probabilities").value
    )
    assert rs.sim_jsd(ONE, ONE + 0.0).value == 0


def test_a_matrix_has_the_same_null_as_single_pairs() -> None:
    rng = np.random.default_rng(0)
    outputs = rng.normal(size=(3, 40, 4))
    outputs[2] += 2 * outputs[0]
    plan = rs.Plan(measures=[("sim_disagreement", {"permutations": 99})], profiles=["models"])
    results = rs.run({"a": {"head": outputs[0]}, "b": {"head": outputs[1], "like a": outputs[2]}}, plan)
    for record in results.select("sim_disagreement", profile="models"):
        other = outputs[2] if "like a" in (record.place.layer.key, record.other.layer.key) else outputs[1]  # type: ignore[union-attr]
        alone = rs.sim_disagreement(outputs[0], other, permutations=99)
        assert record.result.p_value == alone.p_value  # type: ignore[union-attr]
        assert np.array_equal(record.result.null, alone.null)  # type: ignore[union-attr, arg-type]
    assert rs.beyond_chance(results)["above"].tolist() == [False, True]


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match=r"of the same classes, in one order. Got 3 and 2 columns"):
        rs.sim_disagreement(ONE, OTHER[:, :2])
    with pytest.raises(
        InputError, match=r"Row 1 has -1 as its least and adds up to -1; logits go with outputs='scores'"
    ):
        rs.sim_jsd([[0.5, 0.5], [-1.0, 0.0], [0, 1]], np.eye(3)[:, :2], outputs="probabilities")
    with pytest.raises(InputError, match=r"a column for each of at least 2 classes. Got shape \(6, 1\)"):
        rs.sim_jsd(ONE[:, :1], OTHER[:, :1])
    with pytest.raises(UnknownNameError, match=r"outputs of sim_jsd"):
        rs.sim_jsd(ONE, OTHER, outputs="logits")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="same"):
        rs.sim_disagreement(ONE, OTHER[:5])
