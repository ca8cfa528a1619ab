"""Measures of points that look neighbours up read the study's graph, and say the same as without it."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.graph import _knn
from repscape.measures.points import NEAR, Known

RNG = np.random.default_rng(0)
Z = RNG.normal(size=(500, 6))
POINTS = {"a": (np.tanh(Z @ RNG.normal(size=(6, 30))) + 0.1 * RNG.normal(size=(500, 30))).astype("f4")}
POINTS["b"] = np.concatenate([POINTS["a"][:450], POINTS["a"][:50]])  # copies
KIND = np.where(Z[:, 0] > 0, "up", "down")
CALLS = {
    "id_decimation": lambda X: rs.id_decimation(X),
    "id_correlation": lambda X: rs.id_correlation(X),
    "probe_knn": lambda X: rs.probe_knn(X, KIND),
}


def numbers(result):
    values = result.values if hasattr(result, "values") else [result.value]
    return np.append(np.ravel(values), np.ravel(result.stderr))


@pytest.mark.parametrize("name", CALLS)
def test_the_same_as_alone_and_no_graph_is_built_twice(name, monkeypatch):
    built = []
    honest = _knn.nearest
    alone = {layer: CALLS[name](X) for layer, X in POINTS.items()}
    monkeypatch.setattr(
        _knn, "nearest", lambda problem, *rest, **how: built.append(problem.k) or honest(problem, *rest, **how)
    )
    plan = rs.Plan(measures=["id_gride", "overlap_labels", name], labels="kind")
    found = rs.run(POINTS, plan, columns={"kind": KIND})
    results = {record.place.layer.key: record.result for record in found if record.info.name == name}
    assert set(results) == set(POINTS)
    for layer, result in results.items():
        np.testing.assert_array_equal(numbers(result), numbers(alone[layer]))
    assert built.count(NEAR) == 3  # of both layers, and of the distinct rows of the one with copies


def test_a_graph_too_shallow_is_not_read():
    X = POINTS["a"]
    np.testing.assert_array_equal(rs.id_decimation(Known(X, rs.knn_graph(X, 5))).values, rs.id_decimation(X).values)
    other = rs.probe_knn(Known(X, rs.knn_graph(X, 400)), KIND, distance="cosine")
    assert other.value == rs.probe_knn(X, KIND, distance="cosine").value


def test_decimation_compares_what_the_graph_does_not_know():
    X = RNG.normal(size=(600, 4))
    found = rs.id_decimation(X, estimator="mle", min_points=10)
    subset = np.sort(np.random.default_rng(0).choice(600, 300, replace=False))
    first = rs.id_twonn(X[subset], estimator="mle").value
    draws = [first]
    source = np.random.default_rng(0)
    source.choice(600, 300, replace=False)
    draws += [rs.id_twonn(X[np.sort(source.choice(600, 300, replace=False))], estimator="mle").value for _ in range(9)]
    assert found.values[1] == pytest.approx(np.mean(draws), rel=1e-9)
    assert found.details["share"].tolist() == [1.0] * found.x.size


def test_dense_points_are_counted_against_all():
    X = np.concatenate([1e-3 * RNG.normal(size=(300, 3)), RNG.normal(size=(600, 3))])
    found = rs.id_correlation(X)
    gaps = np.linalg.norm(X[:, None] - X[None], axis=2)[np.triu_indices(len(X), 1)]
    within = [(gaps <= radius * (1 + 1e-12)).sum() for radius in found.details["radii"]]
    assert found.details["pairs"].tolist() == within
