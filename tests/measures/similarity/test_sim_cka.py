"""CKA: both forms, both estimators, both kernels, batches, errors, nulls, and input that has no answer."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, UnknownNameError
from repscape.measures.points import _centred
from repscape.measures.similarity import _gram
from repscape.measures.similarity._sim_cka import prepare
from tests.data_files import data_file
from tests.reference import sim_cka as reference


def related(n: int, d: int, p: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.linspace(0.5, 2, d) + 3
    return X, np.tanh(X @ rng.normal(size=(d, p)) / np.sqrt(d)) + 0.3 * rng.normal(size=(n, p))


@pytest.mark.parametrize("shape", [(60, 10, 20), (60, 10, 90), (60, 90, 10), (60, 90, 70)])
@pytest.mark.parametrize("estimator", ["biased", "debiased"])
def test_feature_form_equals_gram_form(shape: tuple[int, int, int], estimator: str) -> None:
    X, Y = related(*shape)
    found = rs.sim_cka(X, Y, estimator=estimator).value
    assert found == pytest.approx(reference.slow(X, Y, {}, estimator=estimator), abs=1e-10)


def test_independent_noise_is_nothing_to_the_debiased_form_only() -> None:
    inside, values = 0, []
    for seed in range(40):
        X, Y = np.random.default_rng(seed).normal(size=(2, 100, 50))
        found = rs.sim_cka(X, Y, estimator="debiased")
        assert found.interval is not None
        inside += found.interval[0] <= 0 <= found.interval[1]
        values.append(found.value)
        assert rs.sim_cka(X, Y).value > 0.25
    assert inside >= 36
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(40)
    assert min(values) < 0


def test_errors_are_the_spread_between_samples() -> None:
    mixing = np.random.default_rng(99).normal(size=(10, 8))
    values, delta, halves, batches = [], [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X = rng.normal(size=(200, 10)) * np.linspace(0.5, 2, 10)
        Y = np.tanh(X @ mixing) + 0.5 * rng.normal(size=(200, 8))
        found = rs.sim_cka(X, Y)
        assert found.options["error"] == "delta"
        values.append(found.value)
        delta.append(found.stderr)
        by_batch = rs.sim_cka(X, Y, batch=20, estimator="debiased")
        batches.append((by_batch.value, by_batch.stderr))
        if seed < 15:
            halves.append(rs.sim_cka(X, Y, error="subsample").stderr)
    assert np.mean(delta) == pytest.approx(np.std(values), rel=0.3)
    assert np.mean(halves) == pytest.approx(np.std(values), rel=0.3)
    assert np.mean(batches, axis=0)[1] == pytest.approx(np.std(batches, axis=0)[0], rel=0.3)


def test_shuffles_give_p_and_chance() -> None:
    X, Y = related(60, 8, 6)
    there = rs.sim_cka(X, Y, permutations=99)
    assert there.p_value == 0.01
    assert there.chance is not None
    assert 0 < there.chance < 0.3
    noise = rs.sim_cka(X, np.random.default_rng(1).normal(size=(60, 100)), permutations=99, kernel="rbf")
    assert noise.p_value is not None
    assert noise.p_value > 0.05
    assert noise.chance == pytest.approx(noise.value, abs=0.05)
    assert rs.sim_cka(X, Y, permutations=19, batch=20).p_value == 0.05


def test_float32_products_move_the_value_by_less_than_1e_6() -> None:
    X, Y = (side.astype(np.float32) for side in related(5000, 64, 48))
    found = rs.sim_cka(X, Y)
    assert found.options["precision"] == "float32"
    exact = rs.sim_cka(X, Y, precision="float64")
    assert found.value == pytest.approx(exact.value, abs=1e-6)
    assert found.value != exact.value
    huge = rs.sim_cka(X * np.float32(1e25), Y * np.float32(1e-25))  # float32 squares would overflow and vanish
    assert huge.options["precision"] == "float64"
    assert huge.value == pytest.approx(exact.value, abs=1e-6)


def test_kernels_too_large_to_hold_are_worked_out_by_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    X, Y = related(80, 5, 90)
    expected = [
        rs.sim_cka(X, Y, kernel=k, estimator=e).value for k in ("linear", "rbf") for e in ("biased", "debiased")
    ]
    monkeypatch.setattr(_gram, "HELD_BYTES", 0)
    monkeypatch.setattr(_gram, "BLOCK_BYTES", 8 * 80 * 7)
    monkeypatch.setattr(_centred, "BLOCK_ROWS", 11)
    found = [rs.sim_cka(X, Y, kernel=k, estimator=e).value for k in ("linear", "rbf") for e in ("biased", "debiased")]
    assert found == pytest.approx(expected, abs=1e-10)
    side = prepare(
        X,
        {
            "kernel": "rbf",
            "estimator": "biased",
            "bandwidth": 1.0,
            "batch": None,
            "axis": "examples",
            "precision": "auto",
        },
    )
    order = np.random.default_rng(0).permutation(80)
    moved = side.shuffled(order).parts[0].kernel
    assert np.allclose(moved.rows(0, 80), side.parts[0].kernel.rows(0, 80)[np.ix_(order, order)])


def test_units_as_points() -> None:
    X, Y = related(40, 12, 12)
    assert rs.sim_cka(X, Y[:30], axis="units").value == pytest.approx(rs.sim_cka(X.T, Y[:30].T).value)


def test_networks_trained_from_two_seeds() -> None:
    held = np.load(data_file("svcca_activations.npz"))
    a, b = held["mnist_net0_logits"].T, held["mnist_net1_logits"].T
    x, y = a - a.mean(axis=0), b - b.mean(axis=0)
    expected = np.square(x.T @ y).sum() / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
    found = rs.sim_cka(a, b).value
    assert found == pytest.approx(expected, abs=1e-6)
    assert found == pytest.approx(0.4375, abs=1e-4)


def test_a_study_prepares_each_layer_once_and_keeps_to_its_memory() -> None:
    X, Y = related(50, 6, 4)
    layers = {"a": X, "b": Y, "c": X[:, :3], "d": np.hstack([X, Y]), "flat": np.ones((50, 2))}
    plan = rs.Plan(measures=["sim_cka", ("sim_cka", {"estimator": "debiased"})], profiles=["pairs"])
    results = rs.run(layers, plan)
    tight = rs.run(layers, plan, memory=1)
    assert tight.to_frame().equals(results.to_frame())
    assert len(results) == 2 * 16
    assert any("flat" in warning and "identical" in warning for warning in results.warnings)
    for record in results.select(variant="sim_cka"):
        expected = rs.sim_cka(layers[record.place.layer.name], layers[record.other.layer.name])
        assert record.result.value == pytest.approx(expected.value, abs=1e-12)
    assert results.select(variant="sim_cka(estimator='debiased')").records[0].info.bounds == (-1.0, 1.0)


def test_what_has_no_answer_is_refused() -> None:
    X, Y = related(30, 4, 3)
    cases = [
        (lambda: rs.sim_cka(X, Y[:29]), InputError, "same examples"),
        (lambda: rs.sim_cka(X, Y, batch=3), InputError, "batch of sim_cka must be an int in \\[4, 30\\]"),
        (lambda: rs.sim_cka(X[:3], Y[:3]), InputError, "at least 4"),
        (
            lambda: rs.sim_cka(X, np.ones((30, 2)) * 0.1),
            DegenerateDataError,
            "Y of sim_cka must hold points that differ",
        ),
        (lambda: rs.sim_cka(X, np.eye(30), estimator="debiased"), DegenerateDataError, "equally far apart"),
        (lambda: rs.sim_cka(X, Y, kernel="rbg"), UnknownNameError, "Did you mean 'rbf'"),
        (lambda: rs.sim_cka(X, Y, error="bootstrap"), UnknownNameError, "error of sim_cka"),
        (lambda: rs.sim_cka(X, Y, kernel="rbf", bandwidth=0), InputError, "bandwidth"),
    ]
    for call, kind, words in cases:
        with pytest.raises(kind, match=words):
            call()
    with_flat_feature = np.column_stack([X, np.full(30, 0.1)])
    assert rs.sim_cka(with_flat_feature, Y).value == pytest.approx(rs.sim_cka(X, Y).value, abs=1e-12)
