"""The best of many pairs beside the best of many unrelated ones: one pass for all, and a maximum that keeps its level."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.figures import caption, sketches
from repscape.findings import headline
from repscape.measures.uncertainty import Largest

N = 80
MEASURES = [
    ("overlap_neighbors", {"k": 5}),
    ("sim_cka", {}),
    ("sim_cka", {"estimator": "debiased"}),
    ("sim_rsa", {"compare": "spearman"}),
]


def networks(seed: int, *, layers: int = 3, shared: bool = False) -> dict[str, dict[str, np.ndarray]]:
    rng = np.random.default_rng(seed)
    one = {f"a{i}": rng.normal(size=(N, 4 + 3 * i)) for i in range(layers)}
    two = {f"b{i}": rng.normal(size=(N, 5 + 2 * i)) for i in range(layers)}
    return {"one": one, "two": two | ({"b1": one["a2"] + 0.3 * rng.normal(size=(N, 10))} if shared else {})}


def compared(models: dict, measures: list, draws: int = 99) -> rs.Results:
    asked = [(name, {**options, "permutations": draws, "error": None}) for name, options in measures]
    return rs.run(models, rs.Plan(measures=asked, profiles=["models"]))


def test_one_pass_gives_every_pair_what_it_gives_by_itself() -> None:
    models = networks(0)
    for record in compared(models, MEASURES, draws=20):
        options = dict(record.result.options) | {"permutations": 20}
        X, Y = models["one"][record.place.layer.name], models["two"][record.other.layer.name]
        if record.info.name == "overlap_neighbors":
            alone = rs.overlap_neighbors(rs.knn_graph(X, 5), rs.knn_graph(Y, 5), k=5, error=None, permutations=20)
        else:
            given = {name: options[name] for name in ("estimator", "compare") if name in options}
            alone = getattr(rs, record.info.name)(X, Y, error=None, permutations=20, **given)
        assert record.result.null == pytest.approx(alone.null, abs=1e-10)
        assert (record.result.p_value, record.result.calibrated) == pytest.approx((alone.p_value, alone.calibrated))
        assert record.result.options == alone.options


def test_above_a_thousand_examples_some_stand_for_all_at_the_moments_of_all() -> None:
    rng = np.random.default_rng(0)
    X, Z = rng.normal(size=(2, 1100, 8)) * np.geomspace(1, 4, 8)
    Y = rng.normal(size=(1100, 5))
    found = next(iter(compared({"one": {"x": X, "z": Z}, "two": {"y": Y}}, [("sim_cka", {})], draws=99)))
    alone = rs.sim_cka(X, Y, permutations=99, error=None)
    assert "of 1,000 examples, brought to the exact moments of 1,100" in found.result.options["null"]
    assert found.result.null.mean() == pytest.approx(alone.null.mean(), rel=0.1)
    assert found.result.null.std() == pytest.approx(alone.null.std(), rel=0.3)


def test_shared_layers_are_found_and_unrelated_ones_are_not() -> None:
    results = compared(networks(1, shared=True), MEASURES)
    table = rs.beyond_chance(results)
    assert len(table) == 4 * 9
    assert set(table["pairs"]) == {9}
    above = table[table["above"]]
    assert set(zip(above["layer"], above["other_layer"], strict=True)) == {("a2", "b1")}
    assert len(above) == 4
    assert (above["p_family"] == 0.01).all()
    assert (
        above["calibrated_family"] < above["calibrated"]
    ).all()  # the best of nine passes more by chance than one does
    matches = rs.best_matches(results).set_index(["variant", "layer"])
    assert matches["above"].groupby("layer").sum().to_dict() == {"a0": 0, "a1": 0, "a2": 4}
    assert (matches["chance_best"] > matches["chance"]).all()


def test_the_maximum_keeps_its_level_whatever_spreads_and_skews_it_is_made_of() -> None:
    """400 runs of 12 comparisons of unlike spread and skew that go together: 5 % exceed the limit somewhere."""
    rng = np.random.default_rng(0)
    scale = np.geomspace(1, 30, 12)[:, None]
    family, single = [], []
    for _ in range(400):
        drawn = rng.normal(size=(12, 40)) + 2 * rng.normal(size=(1, 40))
        drawn[::2] = np.exp(drawn[::2] / 3)
        drawn *= scale
        found = Largest(drawn[:, 0], drawn[:, 1:]).each()
        family.append(any(one.above for one in found))
        single.append(any((1 + (row[1:] >= row[0]).sum()) / 40 <= 0.05 for row in drawn))
    assert 0.02 <= np.mean(family) <= 0.085
    assert np.mean(single) > 0.12


def test_the_limit_by_hand() -> None:
    """Two comparisons, four draws: mean and sd over all five values, and the fourth of five maxima at level .05 is the last."""
    one, two = np.array([5.0, 1, 2, 3, 4]), np.array([0.0, 1, 0, 1, 0])
    held = Largest(np.array([5.0, 0.0]), np.stack([one[1:], two[1:]]))
    largest = np.maximum((one - 3) / one.std(), (two - 0.4) / two.std())
    limits = [entry.limit for entry in held.each()]
    assert limits == pytest.approx([3 + largest.max() * one.std(), 0.4 + largest.max() * two.std()])
    assert held.each()[0].p_value == pytest.approx(np.mean(largest >= (5 - 3) / one.std()))
    assert held.best_by_chance() == np.mean([1, 2, 3, 4])
    assert [entry.why for entry in held.each()] == ["4 relabellings give no p below 0.2"] * 2


def test_where_no_value_is_the_best_a_no_is_a_no() -> None:
    observed, drawn = np.array([0.5, 3.0]), np.random.default_rng(0).normal(size=(2, 39))
    assert [entry.above for entry in Largest(observed, drawn).each()] == [False, True]
    assert [entry.above for entry in Largest(observed, drawn, best=np.array([1.0, 3.0])).each()] == [None, True]


def test_distances_count_downwards() -> None:
    table = rs.beyond_chance(compared(networks(1, shared=True), [("sim_procrustes", {})]))
    assert (table[table["above"]][["layer", "other_layer"]].to_numpy() == [["a2", "b1"]]).all()
    assert (table["limit"] < table["chance"]).all()


def test_without_a_null_there_is_no_limit() -> None:
    results = rs.run(networks(0), rs.Plan(measures=["sim_cka"], profiles=["models"]))
    with pytest.raises(InputError, match=r"results of beyond_chance must hold comparisons with a null"):
        rs.beyond_chance(results)
    assert rs.best_matches(results)["above"].tolist() == [None] * 3


def test_of_few_relabellings_nothing_is_said() -> None:
    X = np.random.default_rng(0).normal(size=(31, 4))
    results = compared({"one": {"a": X}, "two": {"a": X}}, [("sim_cka", {})], draws=15)
    (row,) = rs.beyond_chance(results).to_dict("records")
    assert (row["value"], row["above"], row["p_value"]) == (pytest.approx(1), None, 1 / 16)
    assert row["why"] == "15 relabellings give no p below 0.062"
    assert (row["calibrated"], row["calibrated_family"]) == (None, None)


def test_where_chance_reaches_the_best_there_is_nothing_is_said() -> None:
    X, Y = np.random.default_rng(0).normal(size=(2, 31, 4))
    asked = [("overlap_neighbors", {"k": 30, "permutations": 39})]  # everybody is a neighbour
    results = rs.run({"one": {"a": X, "b": Y}, "two": {"a": X}}, rs.Plan(measures=asked, profiles=["models"]))
    assert rs.beyond_chance(results)["above"].tolist() == [None, None]
    (said,) = [one.text for one in results.conclusions() if one.kind == "unsure match"]
    assert said.endswith("cannot be said: what chance may read reaches the best value there can be.")
    assert "cannot be said" in next(one.text for one in headline(results).sentences)
    captions = [caption(sketch) for sketch in sketches(results)]
    assert ["What is beyond chance cannot be said: what chance" in text for text in captions] == [True]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sim_cka", {}),
        ("sim_cka", {"estimator": "debiased"}),
        ("sim_rsa", {"metric": "euclidean"}),
        ("sim_distance_correlation", {"estimator": "unbiased"}),
    ],
)
def test_a_few_long_rows_are_relabelled_among_all(name: str, options: dict) -> None:
    rng = np.random.default_rng(0)
    X, Y, Z = rng.normal(size=(3, 1010, 3))
    for side in (X, Y, Z):
        side[rng.choice(1010, 8, replace=False)] *= 100
    found = next(iter(compared({"one": {"x": X, "z": Z}, "two": {"y": Y}}, [(name, options)], draws=2))).result
    alone = getattr(rs, name)(X, Y, permutations=2, error=None, **options)
    assert found.options["null"] == alone.options["null"] == "2 shuffles of the examples"
    assert found.null == pytest.approx(alone.null, abs=1e-12)
