"""Errors and nulls of all similarities: against the jackknife by hand, and with near-copies that come in groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.measures.uncertainty import deleted_parts

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 8)) * np.arange(1, 9)
Y = X @ RNG.normal(size=(8, 12)) + 3 * RNG.normal(size=(120, 12))
ALL = ("sim_cka", "sim_cca", "sim_svcca", "sim_pwcca", "sim_procrustes", "sim_rsa", "sim_linreg", "sim_cknna")


def without(name: str, rows: Any, **options: Any) -> float:
    return getattr(rs, name)(np.delete(X, rows, 0), np.delete(Y, rows, 0), error=None, **options).value


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sim_procrustes", {}),
        ("sim_procrustes", {"form": "size_and_shape"}),
        ("sim_procrustes", {"form": "similarity"}),
        ("sim_rsa", {}),
        ("sim_rsa", {"compare": "spearman"}),
        ("sim_rsa", {"compare": "cosine", "metric": "euclidean"}),
        ("sim_cka", {}),
        ("sim_cka", {"estimator": "debiased", "kernel": "rbf"}),
    ],
)
def test_influence_is_what_leaving_out_each_example_changes(name: str, options: dict[str, Any]) -> None:
    found = getattr(rs, name)(X, Y, **options)
    values = np.array([without(name, i, **options) for i in range(len(X))])
    by_hand = 119 * values.std(ddof=1) / np.sqrt(120)
    assert found.stderr == pytest.approx(by_hand, rel=0.06)
    assert found.replicates.shape == (100,)
    assert 3 < found.details["n_eff"] < 120


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sim_cca", {}),
        ("sim_cca", {"average": "rho2", "ridge": 0.3}),
        ("sim_pwcca", {}),
        ("sim_pwcca", {"weigh": "second"}),
    ],
)
def test_the_jackknife_is_that_of_bases_worked_out_anew(name: str, options: dict[str, Any]) -> None:
    found = getattr(rs, name)(X, Y, **options)
    values = np.array([without(name, part, **options) for part in deleted_parts(120)])
    assert found.stderr == pytest.approx(np.sqrt(19 / 20 * ((values - values.mean()) ** 2).sum()), rel=1e-7)
    assert found.interval == pytest.approx(
        (found.value - 2.093 * found.stderr, found.value + 2.093 * found.stderr), abs=1e-4
    )
    assert found.replicates.shape == (20,)


def test_where_the_number_of_directions_is_steady_svcca_is_jackknifed_likewise() -> None:
    wide = X * np.array([1, 1, 1, 1, 1, 1, 0.001, 0.001])  # six directions hold 99 %, whatever is left out
    found = rs.sim_svcca(wide, Y, variance=0.99)
    values = [rs.sim_svcca(np.delete(wide, p, 0), np.delete(Y, p, 0), error=None) for p in deleted_parts(120)]
    assert {one.details["rank_x"] for one in values} == {found.details["rank_x"]}
    by_hand = np.sqrt(19 * np.var([one.value for one in values]))
    assert found.stderr == pytest.approx(by_hand, rel=0.3)
    assert found.replicates.shape == (20,)


@pytest.mark.parametrize("name", ALL)
def test_near_copies_are_no_evidence_once_they_are_groups(name: str) -> None:
    """25 things in 4 near-copies each: shuffled one by one they reject a true null always."""
    groups = np.repeat(np.arange(25), 4)
    one, other = [], []
    for run in range(25):
        rng = np.random.default_rng(run)
        A, B = (rng.normal(size=(25, 3))[groups] + 0.01 * rng.normal(size=(100, 3)) for _ in range(2))
        call = {"permutations": 19, "error": None, "rng": run}
        one.append(getattr(rs, name)(A, B, **call).p_value)
        whole = getattr(rs, name)(A, B, groups=groups, **call)
        other.append(whole.p_value)
        assert whole.options["null"] == "19 shuffles of the groups"
    assert np.mean(np.array(one) <= 0.05) > 0.4
    assert np.mean(np.array(other) <= 0.05) < 0.25


@pytest.mark.parametrize("name", ALL)
def test_strata_stay_where_they_are(name: str) -> None:
    strata = np.arange(120) % 2
    A, B = X + 20 * strata[:, None], Y + 20 * strata[:, None]
    free, within = (getattr(rs, name)(A, B, permutations=9, error=None, **given) for given in ({}, {"within": strata}))
    assert within.options["null"] == "9 shuffles of the examples within strata"
    assert (within.chance < free.chance) if name == "sim_procrustes" else (within.chance > free.chance)


@pytest.mark.parametrize("name", ["sim_cka", "sim_procrustes", "sim_rsa", "sim_svcca"])
def test_the_error_counts_groups_as_wholes(name: str) -> None:
    groups = np.repeat(np.arange(30), 4)
    rng = np.random.default_rng(1)
    A, B = X[:30][groups], Y[:30][groups]
    A, B = A + 0.01 * rng.normal(size=A.shape), B + 0.01 * rng.normal(size=B.shape)
    single, whole = (getattr(rs, name)(A, B, groups=given).stderr for given in (None, groups))
    assert 1.4 < whole / single < 3.5  # about 2: four copies say what one does


def test_groups_that_cannot_be() -> None:
    with pytest.raises(InputError, match="groups of sim_cka"):
        rs.sim_cka(X, Y, groups=np.arange(7))
    with pytest.raises(InputError, match="in batches, which cut through them"):
        rs.sim_cka(X, Y, groups=np.arange(120) // 2, batch=20)
    with pytest.raises(InputError, match="error='influence' of sim_rsa goes with compare="):
        rs.sim_rsa(X, Y, error="influence", compare="kendall")
