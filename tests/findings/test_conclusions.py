from __future__ import annotations

from dataclasses import replace

from repscape._types import LayerInfo
from repscape.findings._conclusions import READING, conclusions
from repscape.findings._words import profile_findings
from repscape.measures import Estimate
from repscape.results import MeasureInfo, Place, Record, Results
from tests.figures.studies import by_hand

ID = MeasureInfo("id_twonn", label="intrinsic dimension")
CHI = MeasureInfo("overlap_neighbors", label="neighbourhood overlap", bounds=(0.0, 1.0), higher_means="more alike")
SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))


def place(i, last=4, model=""):
    return Place(model, LayerInfo(f"h.{i}", i, i / last))


def dimensions(values, stderr=None, *, variant="id_twonn", model=""):
    return [
        Record(ID, variant, "depth", place(i, model=model), Estimate(v, n=9, stderr=stderr))
        for i, v in enumerate(values)
    ]


def said(records):
    return dict(conclusions(Results(tuple(records))))


def test_layers_are_suggested_with_the_evidence_or_it_says_why_not():
    (text,) = said(dimensions([5, 20, 6, 5, 12], 0.1))["Layers to build on"]
    assert text.startswith(
        "Suggested without labels: layer 3 (h.3). The dimension rises to a peak (20.00 ± 0.10 at layer 1"
    )
    (text,) = said(dimensions([48, 41, 38, 33, 26], 0.1))["Layers to build on"]
    assert text.startswith("Nothing is suggested. The dimension has no peak inside")
    two = said([*dimensions([5, 20, 6, 5, 12], model="a"), *dimensions([9, 8, 7, 6, 5], model="b")])
    assert [text[:3] for text in two["Layers to build on"]] == ["a: ", "b: "]


def test_of_several_checkpoints_the_last_one_is_told():
    def at(step, values):
        return [replace(record, place=replace(record.place, step=step)) for record in dimensions(values, 0.1)]

    found = said([*at(0, [9, 8, 7, 6, 5]), *at(100, [5, 20, 6, 5, 12])])
    (text,) = found["Layers to build on, at the last checkpoint"]
    assert text.startswith("Suggested without labels: layer 3 (h.3).")


def test_the_step_at_which_neighbourhoods_change_most_and_settle():
    def steps(stderr):
        return [
            Record(CHI, "overlap_neighbors", "next", place(i), Estimate(v, n=9, stderr=stderr), other=place(i + 1))
            for i, v in enumerate([0.5, 0.2, 0.9])
        ]

    (text,) = said(steps(0.01))["Where neighbourhoods change"]
    assert text == (
        "overlap_neighbors changes most between layers 1 (h.1) and 2 (h.2), 0.200 ± 0.010 and settles between layers 2 (h.2) "
        "and 3 (h.3), 0.900 ± 0.010."
    )
    (text,) = said(steps(0.6))["Where neighbourhoods change"]
    assert "no step stands out, from 0.20 ± 0.60 to 0.90 ± 0.60" in text


def test_estimators_that_disagree_by_more_than_their_errors_are_told():
    records = [*dimensions([5, 20, 6], 0.1), *dimensions([5.1, 26, 6.5], 0.1, variant="id_twonn(estimator='trimmed')")]
    (text,) = said(records)["Where estimators of the dimension disagree"]
    assert text.startswith(
        "id_twonn and id_twonn(estimator='trimmed') differ by more than their errors in 2 of 3 layers, most at layer 1 (h.1, "
        "depth 0.25): 20.00 ± 0.10 against 26.00 ± 0.10."
    )
    alike = [*dimensions([5, 20, 6], 2.0), *dimensions([5.1, 23, 6.5], 2.0, variant="other")]
    assert "Where estimators of the dimension disagree" not in said(alike)


def test_errors_are_explained_where_there_are_any():
    assert said(dimensions([5, 6], 0.1))["How to read ±"] == [READING]
    assert "How to read ±" not in said(dimensions([5, 6]))
    assert conclusions(Results(())) == []


def test_nothing_is_called_highest_that_errors_do_not_tell_apart():
    ((_, (sentence,)),) = profile_findings(by_hand([0.5, 0.74, 0.75, 0.2], info=SHARE, stderr=0.02))
    assert sentence.startswith(
        "highest within the errors at layers 1, 2 (0.750 ± 0.020 at layer 2), lowest 0.200 ± 0.020 at layer 3"
    )
    ((_, (sentence,)),) = profile_findings(by_hand([0.5, 0.52, 0.51], info=SHARE, stderr=0.02))
    assert sentence == (
        "no layer stands out: all lie between 0.500 ± 0.020 and 0.520 ± 0.020, which differ by less than their errors."
    )
