"""Identities of the similarities on data that Hypothesis draws: what is declared to change nothing, and what must change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ortho_group

import repscape as rs
from repscape.measures import MEASURES
from tests.reference import sim_cka as slow_cka

SETTINGS = settings(max_examples=8, deadline=None, derandomize=True, database=None)
MOVES = {
    "rotation": lambda X, rng: X @ ortho_group.rvs(X.shape[1], random_state=rng),
    "scaling": lambda X, rng: X * float(rng.uniform(0.2, 5.0)),
}
DECLARED = [
    (name, move)
    for name, row in MEASURES.items()
    if name.startswith("sim_")
    for move in MOVES
    if move in row.invariant_to
]
QUICK = {"error": None}
FIRST_SIDE_ALONE = {("sim_predictivity", "rotation")}
"""The units of the second are what is predicted, one by one: turned, they are others."""
OF_THE_SAME_UNITS = {"sim_disagreement"}
FEWER = {"sim_idcor": {"reading": "raw"}, "sim_predictivity": {"folds": 2}}  # quicker, and no less invariant


def drawn(seed: int, n: int, d: int, p: int) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Return two representations that share something, with units of unlike spread, off the origin."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * rng.uniform(0.5, 2.0, size=d) + rng.normal(size=d)
    Y = np.tanh(X @ rng.normal(size=(d, p))) + 0.3 * rng.normal(size=(n, p)) + rng.normal(size=p)
    return X, Y, rng


sizes = st.tuples(st.integers(0, 2**32 - 1), st.integers(40, 70), st.integers(2, 6), st.integers(2, 6))


def value(name: str, X: np.ndarray, Y: np.ndarray, **options: object) -> float:
    found: float = getattr(rs, name)(X, Y, **QUICK, **FEWER.get(name, {}), **options).value
    return found


@pytest.mark.parametrize(("name", "move"), DECLARED)
@SETTINGS
@given(sizes)
def test_declared_invariances_hold_on_either_side(name: str, move: str, size: tuple[int, int, int, int]) -> None:
    X, Y, rng = drawn(*size)
    if name in OF_THE_SAME_UNITS:
        X, Y = X[:, : min(size[2:])], Y[:, : min(size[2:])]
    expected = value(name, X, Y)
    assert value(name, MOVES[move](X, rng), Y) == pytest.approx(expected, abs=1e-6)
    if (name, move) not in FIRST_SIDE_ALONE:
        assert value(name, X, MOVES[move](Y, rng)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "options", "move"),
    [
        ("sim_procrustes", {"form": "size_and_shape"}, "scaling"),
        ("sim_cka", {}, "stretch"),
        ("sim_svcca", {}, "stretch"),
        ("sim_pwcca", {}, "stretch"),
        ("sim_procrustes", {}, "stretch"),
        ("sim_rsa", {}, "stretch"),
        ("sim_rsa", {"metric": "cosine"}, "shift"),
    ],
)
@SETTINGS
@given(sizes)
def test_what_is_not_declared_changes_the_value(
    name: str, options: dict[str, str], move: str, size: tuple[int, int, int, int]
) -> None:
    X, Y, _ = drawn(*size)
    moved = {"scaling": 3 * X, "stretch": X * np.geomspace(1, 300, X.shape[1]), "shift": X + 5}[move]
    assert abs(value(name, moved, Y, **options) - value(name, X, Y, **options)) > 1e-6


@SETTINGS
@given(sizes)
def test_feature_form_of_cka_equals_the_gram_form(size: tuple[int, int, int, int]) -> None:
    """Ours takes features, as n > d; the reference always takes Gram matrices."""
    X, Y, _ = drawn(*size)
    for estimator in ("biased", "debiased"):
        ours = value("sim_cka", X, Y, estimator=estimator, precision="float64")
        assert ours == pytest.approx(slow_cka.slow(X, Y, {}, estimator=estimator), abs=1e-10)


@SETTINGS
@given(sizes)
def test_gram_form_of_cka_is_the_same_whatever_is_added_of_no_variance(size: tuple[int, int, int, int]) -> None:
    """Constant features change nothing, but with more of them than examples ours goes over to Gram matrices."""
    X, Y, _ = drawn(*size)
    wide = np.hstack([X, np.ones((len(X), len(X)))])
    for estimator in ("biased", "debiased"):
        by_features = value("sim_cka", X, Y, estimator=estimator, precision="float64")
        assert value("sim_cka", wide, Y, estimator=estimator, precision="float64") == pytest.approx(
            by_features, abs=1e-10
        )


@SETTINGS
@given(sizes)
def test_cca_of_a_linear_image_is_one(size: tuple[int, int, int, int]) -> None:
    X, _, rng = drawn(*size)
    A = ortho_group.rvs(X.shape[1], random_state=rng) * np.geomspace(1, 50, X.shape[1])
    image = X @ A + rng.normal(size=X.shape[1])
    assert value("sim_cca", X, image) == pytest.approx(1.0, abs=1e-8)
    assert value("sim_cca", X, image**3) < 1 - 1e-3


@SETTINGS
@given(sizes)
def test_procrustes_of_a_rotation_is_nothing(size: tuple[int, int, int, int]) -> None:
    X, Y, rng = drawn(*size)
    turned = MOVES["rotation"](X, rng) + rng.normal(size=X.shape[1])
    assert value("sim_procrustes", X, turned) == pytest.approx(0.0, abs=1e-6)
    assert value("sim_procrustes", X, turned, form="size_and_shape") == pytest.approx(0.0, abs=1e-6)
    assert value("sim_procrustes", X, 3 * turned) == pytest.approx(0.0, abs=1e-6)
    assert value("sim_procrustes", X, turned, form="similarity") == pytest.approx(1.0, abs=1e-6)
    assert value("sim_procrustes", X, Y) > 0.05


def test_the_error_of_debiased_cka_is_that_of_independent_noise() -> None:
    draws = (np.random.default_rng(seed).normal(size=(2, 100, 50)) for seed in range(120))
    found = np.array([(one.value, one.stderr) for one in (rs.sim_cka(X, Y, estimator="debiased") for X, Y in draws)])
    assert found[:, 1].mean() / found[:, 0].std(ddof=1) == pytest.approx(1, abs=0.2)
    assert abs(found[:, 0].mean()) < 3 * found[:, 0].std(ddof=1) / np.sqrt(len(found))


@pytest.mark.parametrize("seed", range(1, 7))  # seed 0 is four standard deviations of the null off
def test_debiased_cka_of_independent_noise_is_zero_within_its_error_and_the_biased_is_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(2, 100, 50))
    debiased, biased = (rs.sim_cka(X, Y, estimator=estimator) for estimator in ("debiased", "biased"))
    assert abs(debiased.value) < 3 * debiased.stderr
    assert biased.value > 0.3
    assert biased.value > 10 * biased.stderr
