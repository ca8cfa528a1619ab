"""Conclusions: each kind on records made by hand, and nothing where nothing may be said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import repscape as rs
from repscape.findings import HEADINGS, by_heading
from repscape.measures import MEASURES, Curve
from repscape.results import MeasureInfo, Results
from tests.figures.studies import by_hand
from tests.findings.records import CHI, DRAWS, ID, SHARE, pairs, place, profile, said, steps


def of(records):
    return Results(tuple(records)).conclusions()


def test_a_profile_is_summed_up_by_its_peak_and_its_minimum():
    high, low = by_hand([0.5, 0.75, 0.25], info=SHARE, stderr=0.011, chance=0.1).conclusions()
    assert (high.kind, high.measure, high.layers, high.model) == ("highest", "share", ("blocks.1",), "net")
    assert high.text == "Share of all: highest 0.750 ± 0.011 at layer 1 (blocks.1, depth 0.5); chance 0.1."
    assert (low.kind, low.layers) == ("lowest", ("blocks.2",))
    assert str(low) == low.text == "Share of all: lowest 0.250 ± 0.011 at layer 2 (blocks.2, depth 1)."


def test_layers_that_errors_do_not_tell_apart_are_named_together():
    high, low = of(profile([0.5, 0.74, 0.75, 0.2], 0.02))
    assert high.text == "Share of all: highest within the errors at layers 1, 2 (0.750 ± 0.020 at layer 2)."
    assert high.layers == ("h.2", "h.1")
    assert low.layers == ("h.3",)


def test_errors_that_go_together_tell_apart_what_independent_ones_would_not():
    close = [0.50, 0.53, 0.51]
    together = DRAWS[0] + 0.1 * DRAWS[:3]
    (flat,) = of(profile(close, 0.02))
    assert (flat.kind, flat.layers) == ("flat", ())
    assert flat.text == (
        "Share of all: no layer stands out beyond the errors, from 0.500 ± 0.020 at layer 0 (h.0, depth 0) to 0.530 ± 0.020 at "
        "layer 1 (h.1, depth 0.5)."
    )
    high, low = of(profile(close, 0.02, deviations=together))
    assert (high.layers, low.layers) == (("h.1",), ("h.0",))


def test_without_errors_nothing_is_concluded_and_it_is_said_once():
    (only,) = of([*profile([0.5, 0.75, 0.25], model="a"), *profile([0.5, 0.9], model="b")])
    assert (only.kind, only.layers) == ("no errors", ())
    assert only.text == "share of all: the values have no errors, from 0.25 to 0.9; nothing is concluded of them."
    found = said([*profile([0.5, 0.75], 0.01), *profile([0.1, 0.9, 0.5], info=replace(SHARE, name="other"))])
    assert set(found) == {"highest", "lowest", "no errors"}
    part = said([*profile([0.5, 0.75, 0.2], 0.01)[:2], profile([0.5, 0.75, 0.2])[2]])
    assert "1 of 3 values have no errors" in part["no errors"][0]
    assert "highest" not in part  # the lowest has no error: nothing is told from it


def test_values_that_are_missing_are_passed_over():
    (only,) = by_hand([np.nan, 0.75, np.nan], info=SHARE).conclusions()
    assert (only.kind, only.text) == ("single", "Share of all: 0.75 at layer 1 (blocks.1, depth 0.5).")
    assert by_hand([np.nan], info=SHARE).conclusions() == ()
    assert Results(()).conclusions() == ()


def test_the_first_and_the_last_checkpoint_are_told():
    records = [record for step in (0.0, 3.0, 5.0) for record in profile([step, 1 + step], 0.1, step=step)]
    assert [one.text.partition(" ·")[0] for one in of(records)] == ["step 0"] * 2 + ["step 5"] * 2
    assert of(records)[2].text.startswith("step 5 · Share of all: highest 6.00 ± 0.10")


def test_models_are_told_apart_by_name():
    found = of([*profile([1.0, 2.0], 0.1, model="a"), *profile([3.0, 2.0], 0.1, model="b")])
    assert [(one.model, one.text[:4]) for one in found] == [("a", "a · ")] * 2 + [("b", "b · ")] * 2


def test_two_variants_of_a_measure_have_two_names():
    mle = profile([5.0, 8.0], 0.1, info=ID, variant="id_twonn(estimator='mle')")
    found = said([*profile([5.0, 8.0], 0.1, info=ID), *mle])["highest"]
    assert found[0].startswith("Intrinsic dimension, TwoNN: highest 8")
    assert found[1].startswith("Intrinsic dimension, TwoNN (estimator='mle'): highest 8")


def test_pairs_are_told_without_the_diagonal_and_each_once():
    records = [
        replace(record, profile="pairs", other=place(j))
        for i in range(3)
        for j, record in enumerate(profile([1.0 if i == j else 0.1 * (i + j) for j in range(3)], 0.01, info=CHI))
        for record in [replace(record, place=place(i))]
    ]
    most, least = of(records)
    assert (most.kind, most.layers) == ("most alike", ("h.1", "h.2"))
    assert most.text == (
        "Neighbourhood overlap, all pairs of layers of one model: most alike between layers 1 (h.1) and 2 (h.2), 0.300 ± 0.010."
    )
    assert (least.kind, least.layers) == ("least alike", ("h.0", "h.1"))


def test_the_step_at_which_representations_change_most_and_least():
    least, most = of(steps([0.5, 0.2, 0.9], 0.01))
    assert most.text == (
        "Neighbourhood overlap, each layer and the next one: changes most between layers 1 (h.1) and 2 (h.2), 0.200 ± 0.010."
    )
    assert (most.kind, most.layers) == ("changes most", ("h.1", "h.2"))
    assert (least.kind, least.layers) == ("changes least", ("h.2", "h.3"))
    (even,) = of(steps([0.5, 0.2, 0.9], 0.6))
    assert even.kind == "changes evenly"
    assert "no step stands out beyond the errors, from 0.2 ± 0.6 between" in even.text
    assert [one.kind for one in of(steps([0.5, 0.2, 0.9], None))] == ["no errors"]


@pytest.mark.parametrize("alike", [1, -1, None])
def test_which_way_is_alike_is_declared_and_never_read_from_words(alike):
    lying = MeasureInfo(
        "far", higher_means="more alike" if alike == -1 else "less alike", alike=alike, bounds=(0.0, 1.0)
    )
    found = {one.kind: one.layers for one in of(steps([0.5, 0.2, 0.9], 0.01, info=lying))}
    expected = {1: ("h.1", "h.2"), -1: ("h.2", "h.3")}
    assert found.get("changes most") == expected.get(alike)


def test_layers_are_suggested_with_the_evidence_or_it_says_why_not():
    (text,) = said(profile([5, 20, 6, 5, 12], 0.1, info=ID))["suggested"]
    assert text.startswith(
        "Intrinsic dimension, TwoNN: suggested without labels: layer 3 (h.3). The dimension rises to a peak (20.00 ± 0.10 at "
        "layer 1"
    )
    (text,) = said(profile([48, 41, 38, 33, 26], 0.1, info=ID))["not suggested"]
    assert "nothing is suggested. The dimension has no peak inside" in text
    two = of([*profile([5, 20, 6, 5, 12], 0.1, info=ID, model="a"), *profile([9, 8, 7, 6, 5], 0.1, info=ID, model="b")])
    assert [(c.text[:4], c.layers) for c in two if "suggested" in c.kind] == [("a · ", ("h.3",)), ("b · ", ())]


def test_of_several_checkpoints_the_last_one_advises():
    found = said(
        [*profile([9, 8, 7, 6, 5], 0.1, info=ID, step=0.0), *profile([5, 20, 6, 5, 12], 0.1, info=ID, step=100.0)]
    )
    (text,) = found["suggested"]
    assert "layer 3 (h.3)" in text


def test_estimators_of_one_quantity_that_disagree_by_more_than_their_errors_are_told():
    mle = replace(MeasureInfo.of(MEASURES["id_mle"]))
    records = [*profile([5, 20, 6], 0.1, info=ID), *profile([5.1, 26, 6.5], 0.1, info=mle)]
    (one,) = [c for c in of(records) if c.kind == "disagree"]
    assert one.layers == ("h.1", "h.2")
    assert one.text.startswith(
        "Intrinsic dimension, TwoNN and Intrinsic dimension, maximum likelihood differ by more than their errors in 2 of 3 "
        "layers, most at layer 1 (h.1, depth 0.5): 20.00 ± 0.10 against 26.00 ± 0.10."
    )
    alike = [*profile([5, 20, 6], 2.0, info=ID), *profile([5.1, 23, 6.5], 2.0, info=mle)]
    assert "disagree" not in said(alike)
    linear = MeasureInfo.of(MEASURES["id_pca"])  # another quantity: no disagreement
    assert "disagree" not in said([*profile([5, 20, 6], 0.1, info=ID), *profile([9, 60, 9], 0.1, info=linear)])


def test_a_value_that_still_moves_with_n_is_told():
    info = MeasureInfo.of(MEASURES["id_decimation"])
    curve = {"x": [800, 400], "x_name": "points", "n": 800, "stderr": [np.nan, 0.2], "details": {"draws": [1, 10]}}
    held = [Curve(values=values, **curve) for values in ([12.0, 10.0], [6.1, 6.0], [20.0, 15.0])]
    records = [replace(r, result=c) for r, c in zip(profile([1, 1, 1], info=info), held, strict=True)]
    (one,) = of(records)
    assert (one.kind, one.measure, one.layers) == ("moves", "id_decimation", ("h.2", "h.0"))
    assert one.text == (
        "Intrinsic dimension, TwoNN by number of points: still moves with the number of points in 2 of 3 layers, most at layer "
        "2 (h.2, depth 1): 15 from 400, 20 from 800. More of them would change it."
    )


def test_near_copies_that_decide_are_told_with_the_value_without_them():
    def held(record, **details):
        return replace(record, result=replace(record.result, details=details))

    one, two, three = profile([3.3, 50.0, 20.0], 0.1, info=ID)
    records = [
        held(one, near_copies=40, without_near_copies=51.7, near_copies_decide=True),
        held(two, near_copies=0, without_near_copies=50.0, near_copies_decide=False),
        held(three, near_copies=12, without_near_copies=30.0, near_copies_decide=True),
    ]
    (found,) = [one for one in of(records) if one.kind == "near-copies"]
    assert (found.measure, found.layers) == ("id_twonn", ("h.0", "h.2"))
    assert found.text == (
        "Intrinsic dimension, TwoNN: near copies decide the value in 2 of 3 layers, most at layer 0 (h.0, depth 0): 3.3, and "
        "51.7 with one point for each group of the 40 points that have one."
    )
    curve = Curve(x=[2, 4], values=[2.1, 40], x_name="rank", n=9)
    decide = {
        "near_copies": 9,
        "without_near_copies": np.array([49.6, 41]),
        "near_copies_decide": np.array([True, False]),
    }
    gride = replace(one, info=MeasureInfo.of(MEASURES["id_gride"]), result=replace(curve, details=decide))
    (found,) = of([gride])
    assert "2.1, and 49.6 with one point for each group of the 9 points" in found.text


def test_a_real_study_of_near_copies_says_so():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 20))
    X[150:] = X[:50] + 1e-4 * rng.normal(size=(50, 20))
    found = rs.run(
        {"a": X, "b": rng.normal(size=(200, 20))}, rs.Plan(measures=["id_twonn(estimator=mle)"])
    ).conclusions()
    (one,) = [one for one in found if one.kind == "near-copies"]
    assert one.layers == ("a",)


def test_copies_among_the_examples_are_told():
    graphs = {"h.1": {"n": 1000, "distinct": 960}}
    (one,) = Results((), provenance={"graphs": graphs}).conclusions()
    assert one.kind == "copies"
    assert one.text.startswith("1 of 1 representation hold")


def test_best_matches_are_told_with_what_errors_leave_open():
    values = {(0, 0): 0.9, (0, 1): 0.2, (0, 2): 0.2, (1, 0): 0.2, (1, 1): 0.8, (1, 2): 0.79}
    (one,) = of(pairs(values, 0.02))
    assert (one.kind, one.layers) == ("best match", ("h.0", "h.1"))
    assert one.text.endswith(
        "layers of A and their best matches in B: h.0 to h.0, h.1 to h.1 or h.2. 1 of 2 differ from every other layer beyond "
        "the errors."
    )
    assert {one.kind for one in of(pairs(values, 2.0))} == {"unsure match"}
    assert {one.kind for one in of(pairs(values, None))} == {"no errors"}


def test_every_kind_has_a_heading_and_headings_keep_their_order():
    found = of([*steps([0.5, 0.2, 0.9], 0.01), *profile([5, 20, 6, 5, 12], 0.1, info=ID)])
    grouped = by_heading(found)
    assert list(grouped) == [h for h in dict.fromkeys(HEADINGS.values()) if h in grouped]
    assert sum(map(len, grouped.values())) == len(found)


def test_a_layer_that_may_be_either_end_is_said_not_to_be_known():
    made = profile([57.0, 2.0, 0.025, 0.2], 0.1)
    errors = [37.0, 0.1, 0.002, 0.01]
    high, low = of([replace(r, result=replace(r.result, stderr=e)) for r, e in zip(made, errors, strict=True)])
    assert "highest 2.00 ± 0.10 at layer 1" in high.text
    assert "lowest 0.0250 ± 0.0020 at layer 2" in low.text
    assert high.text.count("is not known well enough to be placed") == low.text.count("is not known well enough") == 1
    assert set(low.layers) == {"h.0", "h.2"}  # the set that holds the lowest is whole
