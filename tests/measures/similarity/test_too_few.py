"""What too few examples, constant units, and more relabellings than there are say, of every comparison in the table."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.measures import MEASURES, Measure
from repscape.measures.similarity import sim_gulp

COMPARISONS = [row for row in MEASURES.values() if row.arity == 2 and row.family in ("overlap", "similarity")]
NO_NULL = ("sim_imd", "sim_uniformity", "sim_magnitude", "sim_concentricity")


def compared(row: Measure, X: np.ndarray, Y: np.ndarray, **options: object) -> rs.Estimate:
    k = min(3, len(X) - 2)
    given = {"k": k, **options} if "k" in row.options() else options
    graphs = "graph" in row.takes
    return row(*((rs.knn_graph(P, k) for P in (X, Y)) if graphs else (X, Y)), **given)  # type: ignore[return-value]


@pytest.mark.parametrize("row", COMPARISONS, ids=lambda row: row.name)
def test_a_number_that_means_something_or_an_error(row: Measure) -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="at least 3 points"):
        compared(row, *rng.normal(size=(2, 2, 3)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n, width in ((3, 3), (5, 3), (7, 9)):
            found, said = tried(row, rng.normal(size=(n, width)), rng.normal(size=(n, width)))
            if found is None:
                assert any(word in said for word in ("examples", "folds", "points", "n - 2")), said
                continue
            assert row.bounds[0] - 1e-9 <= found.value <= row.bounds[1] + 1e-9
            assert found.stderr is None or np.isfinite(found.stderr)
    X, Y = (np.column_stack([points, np.ones(30)]) for points in rng.normal(size=(2, 30, 3)))
    found, said = tried(row, X, Y)
    assert "Units 3 are constant (1 of 4); leave them out" in said if found is None else np.isfinite(found.value)


def tried(row: Measure, X: np.ndarray, Y: np.ndarray) -> tuple[rs.Estimate | None, str]:
    try:
        return compared(row, X, Y), ""
    except InputError as error:
        return None, str(error)


@pytest.mark.parametrize("row", COMPARISONS, ids=lambda row: row.name)
def test_more_relabellings_than_there_are(row: Measure) -> None:
    rng = np.random.default_rng(1)
    n = 12 if row.name == "sim_idcor" else 5
    X, Y = rng.normal(size=(2, n, 1 if row.name in ("sim_cca", "sim_pwcca", "sim_svcca") else 2))
    groups = np.arange(n) % 2 if n == 12 else None  # two groups of six: one other arrangement
    said = "at most 1: 12 examples" if n == 12 else "at most 119: 5 examples"
    if row.equal_width or row.name in NO_NULL:
        said = "must be 0" if row.name in NO_NULL else said
    more = {"reading": "raw"} if row.name == "sim_idcor" else {"folds": 2} if "folds" in row.options() else {}
    more |= {"ridge": 0.1} if row.name in ("sim_linreg", "sim_predictivity") else {}
    with pytest.raises(InputError, match=said):
        compared(row, X, Y, error=None, permutations=999, groups=groups, **(more if row.name != "sim_shape" else {}))


def test_as_many_dimensions_as_examples() -> None:
    X, Y = np.random.default_rng(2).normal(size=(2, 20, 30))
    with pytest.raises(InputError, match="X of sim_eigenspace must have more examples than dimensions: with 20"):
        rs.sim_eigenspace(X, Y)
    with pytest.raises(InputError, match="with 19 dimensions of 20 examples every prediction can be made"):
        sim_gulp(X, Y)
    assert sim_gulp(X, Y, ridge=0.1).value > 0
    with pytest.raises(InputError, match=r"k of sim_imd must be an int in \[1, 18\]"):
        rs.sim_imd(X, Y, k=19)
    with pytest.raises(InputError, match="number of examples of sim_idcor must be an int of at least 10"):
        rs.sim_idcor(X[:9], Y[:9])


def test_responses_measured_unequally_often() -> None:
    X, Y = np.random.default_rng(3).normal(size=(2, 40, 3))
    with pytest.raises(InputError, match="every example measured equally often"):
        rs.sim_predictivity(X, Y, responses=[Y, Y[:39]])
    with pytest.raises(InputError, match="responses of sim_predictivity"):
        rs.sim_predictivity(X, Y, responses=[Y, Y[:, :2]])


def test_what_is_said_of_halves_names_what_was_given() -> None:
    X, Y = np.random.default_rng(2).normal(size=(2, 5, 2))
    with pytest.raises(
        InputError, match=r"error='subsample' of sim_cka looks at halves of the examples, .* Got 5 examples"
    ):
        rs.sim_cka(X, Y, error="subsample")
    groups = np.array([0, 0, 1, 1])
    assert rs.information_imbalance(X[:4], Y[:4], groups=groups).stderr is None  # without a group two examples are left
    with pytest.raises(InputError, match=r"leaves groups out, and needs at least 3 examples in the others. Got 2"):
        rs.information_imbalance(X[:4], Y[:4], groups=groups, error="jackknife")
