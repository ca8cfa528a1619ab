"""Paired differences and simultaneous bands: by hand, against fresh samples, on disk, and bad input."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, UnknownNameError
from repscape.results import MeasureInfo, Place, Record, Results

DRAWS = np.random.default_rng(0).normal(size=(4, 100))


def record(value: float, deviations: np.ndarray | None, *, layer: str = "a", index: int = 0, **place: object) -> Record:
    result = rs.Estimate(value=value, n=50, stderr=None if deviations is None else 0.5, replicates=deviations)
    where = Place(place.get("model", ""), LayerInfo(layer, index, index / 3), step=place.get("step"))
    return Record(MeasureInfo("mine"), "mine", "depth", where, result, group=place.get("group"))


def profile(*values: float) -> Results:
    return Results(
        tuple(record(v, DRAWS[i], layer="abcd"[i], index=i) for i, v in enumerate(values)),
    )


def test_by_hand() -> None:
    found = profile(1.0, 3.0).differences()
    r = np.corrcoef(DRAWS[0], DRAWS[1])[0, 1]
    stderr = math.sqrt(0.5 - 2 * r * 0.25)
    row = found.iloc[0]
    assert (row["layer"], row["against_layer"], row["value"], row["against_value"], row["difference"]) == (
        "b",
        "a",
        3,
        1,
        2,
    )
    assert row["correlation"] == pytest.approx(r)
    assert row["stderr"] == pytest.approx(stderr)
    assert row["low"] == pytest.approx(2 - stats.t.ppf(0.975, 99) * stderr)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(2 / stderr, 99))
    # one difference alone: nothing to correct for
    assert row["low_simultaneous"] == pytest.approx(row["low"], abs=0.03)
    assert row["p_adjusted"] == pytest.approx(row["p_value"], abs=0.002)


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        ("previous", [("b", "a"), ("c", "b"), ("d", "c")]),
        ("first", [("b", "a"), ("c", "a"), ("d", "a")]),
        ("last", [("a", "d"), ("b", "d"), ("c", "d")]),
        ("best", [("a", "c"), ("b", "c"), ("d", "c")]),
        ("b", [("a", "b"), ("c", "b"), ("d", "b")]),
    ],
)
def test_what_is_compared_with_what(against: str, expected: list[tuple[str, str]]) -> None:
    found = profile(1.0, 3.0, 7.0, 5.0).differences("mine", against=against)
    assert list(zip(found["layer"], found["against_layer"], strict=True)) == expected


def test_between_models_at_equal_depth_and_between_checkpoints() -> None:
    records = [
        record(i + 10.0 * (model == "B"), DRAWS[i], layer=f"{model}{i}", index=i, model=model)
        for model, layers in (("A", 4), ("B", 2))
        for i in range(layers)
    ]
    found = Results(tuple(records)).differences(between="models")
    pairs = [("B0", "A0"), ("B1", "A1"), ("B1", "A2"), ("B1", "A3")]
    assert list(zip(found["layer"], found["against_layer"], strict=True)) == pairs
    assert found["difference"].tolist() == [10, 10, 9, 8]
    assert found["stderr"].iloc[0] == pytest.approx(0, abs=1e-6)  # the same deviations: no error
    steps = [record(v, DRAWS[i], step=s) for i, (s, v) in enumerate([(10, 4.0), (0, 1.0), (5, 3.0)])]
    found = Results(tuple(steps)).differences(between="steps")
    assert found[["step", "against_step", "difference"]].to_numpy().tolist() == [[5, 0, 2], [10, 5, 1]]


def test_groups_are_never_compared_with_each_other() -> None:
    records = [record(v, DRAWS[i], layer="ab"[i], index=i, group=g) for g in "xy" for i, v in enumerate((1.0, 2.0))]
    assert Results(tuple(records)).differences()["group"].tolist() == ["x", "y"]


def test_simultaneous_reach_is_that_of_the_largest_of_so_many() -> None:
    draws = np.linalg.qr(np.random.default_rng(0).normal(size=(400, 31)))[0][:, 1:].T * 20
    draws -= draws.mean(axis=1, keepdims=True)
    independent = Results(tuple(record(0.0, d, layer=f"{i}", index=i) for i, d in enumerate(draws)))
    same = Results(tuple(record(0.0, draws[0], layer=f"{i}", index=i) for i in range(30)))
    reach = independent.bands()["high_simultaneous"] / 0.5
    assert reach.to_numpy() == pytest.approx(stats.norm.ppf((1 + 0.95 ** (1 / 30)) / 2), abs=0.08)
    assert (same.bands()["high_simultaneous"] / 0.5).to_numpy() == pytest.approx(1.966, abs=0.05)
    assert independent.bands().equals(independent.bands())


def layers(seed: int) -> Results:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, size=200)
    X = rng.normal(size=(200, 2)) + 1.2 * labels[:, None]
    noise = rng.normal(size=(2, 200, 2))
    plan = rs.Plan(measures=[("overlap_labels", {"k": 15})], labels="label")
    return rs.run({"a": X, "b": X + 0.3 * noise[0], "c": X + 0.5 * noise[1]}, plan, columns={"label": labels})


def test_error_of_a_difference_is_its_spread_over_fresh_samples() -> None:
    found = [layers(seed).differences(against="a") for seed in range(40)]
    spread = np.std([f["difference"] for f in found], axis=0)
    claimed = np.mean([f["stderr"] for f in found], axis=0)
    apart = np.sqrt(2) * np.mean([layers(seed).bands()["stderr"].mean() for seed in range(3)])
    # Leaving one out overstates the variance of what jumps with each point (Efron and Stein), the more so the smaller it is.
    assert (claimed > 0.85 * spread).all()
    assert (claimed < 2 * spread).all()
    assert (claimed < 0.8 * apart).all()  # layers of the same examples go together


def test_loaded_results_give_the_same(tmp_path) -> None:
    results = layers(0)
    results.save(tmp_path)
    assert rs.load_results(tmp_path).differences().equals(results.differences())


def test_curves_are_compared_at_each_x() -> None:
    curves = [
        rs.Curve(x=[1, 2], values=[i, 2 * i], x_name="rank", n=50, stderr=[0.5, 0.5], replicates=DRAWS[[i, i + 1]].T)
        for i in range(2)
    ]
    records = [
        Record(MeasureInfo("c"), "c", "depth", Place("", LayerInfo("ab"[i], i, float(i))), c)
        for i, c in enumerate(curves)
    ]
    assert Results(tuple(records)).differences()[["x", "difference"]].to_numpy().tolist() == [[1, 1], [2, 2]]


def test_bad_input() -> None:
    with pytest.raises(UnknownNameError, match="against of paired_differences"):
        profile(1.0, 2.0).differences(against="fist")
    with pytest.raises(InputError, match="nothing to compare between layers"):
        profile(1.0).differences()
    with pytest.raises(InputError, match="must hold replicates.* layer 'b' has none: measure it with error='auto'"):
        Results((record(1.0, DRAWS[0]), record(2.0, None, layer="b", index=1))).differences()
    one, two = profile(1.0, 2.0)
    other = Record(
        two.info, two.variant, two.profile, two.place, rs.Estimate(2.0, n=49, stderr=1.0, replicates=DRAWS[1])
    )
    with pytest.raises(InputError, match=r"of the same examples. Got n=50 on layer 'a' and n=49 on 'b'"):
        Results((one, other)).differences()
    with pytest.raises(InputError, match="must say which: results hold profiles of mine, other"):
        Results((one, Record(MeasureInfo("other"), "other", "depth", two.place, two.result))).differences()


def test_what_rests_on_few_examples_is_marked_and_in_no_family() -> None:
    records = list(profile(1.0, 9.0, 3.0))
    result = replace(records[1].result, options={"rests_on": "few examples"})
    results = Results((records[0], replace(records[1], result=result), records[2]))
    table = results.differences(against="best").set_index("layer")
    assert table["against_layer"].unique().tolist() == ["c"]  # b, the largest, is compared with none
    assert table["rests_on_few"].to_dict() == {"a": False, "b": True}
    assert table.loc["b", "may_be_best"]
    assert np.isnan(table.loc["b", "p_adjusted"])
    bands = results.bands()
    assert np.isnan(bands["low_simultaneous"]).tolist() == [False, True, False]


def test_nothing_that_varies_shows_no_equality() -> None:
    records = [replace(one, result=replace(one.result, replicates=DRAWS[0])) for one in profile(1.0, 1.0)]
    assert np.isnan(Results(tuple(records)).differences()["same_within"]).all()


def test_half_samples_compare_layers_in_pairs() -> None:
    X = np.random.default_rng(0).normal(size=(60, 6))
    plan = rs.Plan(measures=["sim_shape"], profiles=["next"])
    found = rs.run({"a": X, "b": X[:, :4], "c": X[:, :3]}, plan).differences("sim_shape")
    assert (found["stderr"] > 0).all()
    assert np.isfinite(found["correlation"]).all()
