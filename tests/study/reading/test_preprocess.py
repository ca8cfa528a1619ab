"""Preprocessing: what each step does, by hand and against scikit-learn; that graphs and records know of it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

import repscape as rs
from repscape.errors import InputError, UnknownNameError
from repscape.study.reading._preprocess import preprocessed

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 20)) @ RNG.normal(size=(20, 20)) + 3
ROGUE = X.copy()
ROGUE[:, 7] *= 50
ROGUE[:, 2] *= 2000
MEASURES = ["id_twonn", ("overlap_neighbors", {"k": 5}), "sim_cka"]


def test_each_step_does_what_its_name_says() -> None:
    assert np.allclose(preprocessed(X, ["centre"], "a")[0], X - X.mean(axis=0))
    assert np.allclose(np.linalg.norm(preprocessed(X, ["unit_norm"], "a")[0], axis=1), 1)
    assert np.allclose(preprocessed(X, ["standardise"], "a")[0], StandardScaler().fit_transform(X))
    white = preprocessed(X, ["whiten"], "a")[0]
    assert np.allclose(np.cov(white.T, bias=True), np.eye(20), atol=1e-10)
    # Squared distances of whitened points are those of Mahalanobis.
    apart = X[0] - X[1]
    assert np.isclose(((white[0] - white[1]) ** 2).sum(), apart @ np.linalg.inv(np.cov(X.T, bias=True)) @ apart)
    left, notes = preprocessed(ROGUE, ["drop_rogue"], "a")
    assert np.array_equal(left, np.delete(X, [2, 7], axis=1))
    assert notes == ["drop_rogue: left out 2 of 20 dimensions with 100% of the variance (2, 7)"]
    even, none = preprocessed(RNG.normal(size=(500, 20)), ["drop_rogue"], "a")
    assert even.shape == (500, 20)
    assert none == []


def test_order_matters_and_nothing_is_done_in_place() -> None:
    held = X.copy()
    held.setflags(write=False)
    one = preprocessed(held, ["centre", "unit_norm"], "a")[0]
    other = preprocessed(held, ["unit_norm", "centre"], "a")[0]
    assert np.allclose(np.linalg.norm(one, axis=1), 1)
    assert np.allclose(other.mean(axis=0), 0)
    assert not np.allclose(one, other)
    assert np.array_equal(held, X)
    assert preprocessed(held, [], "a")[0] is held


def test_constant_dimensions_become_0_and_are_counted() -> None:
    flat = X.copy()
    flat[:, [3, 5]] = 0.1, -7e5
    found, notes = preprocessed(flat, ["standardise"], "a")
    assert (found[:, [3, 5]] == 0).all()
    assert np.isfinite(found).all()
    assert notes == ["standardise: 2 of 20 dimensions are constant and became 0"]


@pytest.mark.parametrize(
    ("points", "step", "message"),
    [
        (np.vstack([X, np.zeros(20)]), "unit_norm", r"unit_norm of layer 'a': row 90 has length 0"),
        (X[:20], "whiten", "needs more points than dimensions. Got 20 points of 20"),
        (np.hstack([X, X[:, :1]]), "whiten", "variance in every direction: 1 of 21 have none"),
    ],
)
def test_refused(points: np.ndarray, step: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rs.run({"a": points}, rs.Plan(measures=["id_twonn"], preprocess=step))


def test_a_study_measures_the_preprocessed_points_and_says_so(tmp_path) -> None:
    layers = {"a": ROGUE, "b": ROGUE[:, ::-1] ** 3}
    plan = rs.Plan(measures=MEASURES, preprocess=["drop_rogue", "unit_norm"], profiles=["next"])
    results = rs.run(layers, plan, folder=tmp_path / "s")
    done = {name: preprocessed(points, plan.preprocess, name)[0] for name, points in layers.items()}
    a, b = (rs.knn_graph(done[name], 5) for name in "ab")
    values = {(r.info.name, r.place.layer.name): r.result for r in results}
    assert values["id_twonn", "a"].value == rs.id_twonn(a).value
    assert values["overlap_neighbors", "a"].value == rs.overlap_neighbors(a, b, k=5).value
    assert values["sim_cka", "a"].value == pytest.approx(rs.sim_cka(done["a"], done["b"]).value)
    assert {tuple(r.result.options["preprocess"]) for r in results} == {("drop_rogue", "unit_norm")}
    assert results.provenance["plan"]["preprocess"] == ["drop_rogue", "unit_norm"]
    assert "layer a: drop_rogue: left out 2 of 20 dimensions with 100% of the variance (2, 7)." in results.warnings
    assert rs.run(layers, plan, folder=tmp_path / "s").records == results.records
    plain = rs.Plan(measures=MEASURES, profiles=["next"])
    both = rs.run(layers, plain, folder=tmp_path / "s")  # beside the other: what tells them apart is said
    names = dict.fromkeys(r.variant.partition(" after ")[2] for r in both)
    assert list(names) == ["drop_rogue+unit_norm", ""]
    assert [r.result for r in both if " after " not in r.variant] == [r.result for r in rs.run(layers, plain)]
    assert len(both) == 2 * len(results)


def test_a_plan_names_steps_that_exist_once_each() -> None:
    assert rs.Plan(preprocess="none").preprocess == ()
    assert "preprocess" not in rs.Plan(preprocess="none").to_dict()
    assert rs.Plan.from_dict(rs.Plan(preprocess="whiten").to_dict()).preprocess == ("whiten",)
    with pytest.raises(UnknownNameError, match="Did you mean 'standardise'"):
        rs.Plan(preprocess="standardize")
    for steps in (["centre", "centre"], ["none", "centre"]):
        with pytest.raises(InputError, match="name each step once"):
            rs.Plan(preprocess=steps)
    graph = rs.knn_graph(X, 3)
    with pytest.raises(InputError, match="preprocess of Plan needs the points"):
        rs.run({"a": graph}, rs.Plan(measures=["id_twonn"], preprocess="centre"))
