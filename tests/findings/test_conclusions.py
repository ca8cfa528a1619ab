from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.findings import conclusions
from repscape.measures import MEASURES, Estimate
from repscape.results import MeasureInfo, Place, Record, Results

ID = MeasureInfo.of(MEASURES["id_twonn"])
CHI = MeasureInfo.of(MEASURES["overlap_neighbors"])
SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))


def place(i, last=4, model=""):
    return Place(model, LayerInfo(f"h.{i}", i, i / last))


def dimensions(values, stderr=None, *, variant="id_twonn", model=""):
    return [
        Record(ID, variant, "depth", place(i, model=model), Estimate(v, n=9, stderr=stderr))
        for i, v in enumerate(values)
    ]


def said(records, *kinds):
    return [one for one in conclusions(Results(tuple(records))) if not kinds or one.kind in kinds]


def test_layers_are_suggested_with_the_evidence_or_it_says_why_not():
    (found,) = said(dimensions([5, 20, 6, 5, 12], 0.1), "suggested", "not suggested")
    assert found.kind == "suggested"
    assert found.layers == ("h.3",)
    assert (
        "suggested without labels: layer 3 (h.3). The dimension rises to a peak (20.00 ± 0.10 at layer 1" in found.text
    )
    (found,) = said(dimensions([48, 41, 38, 33, 26], 0.1), "suggested", "not suggested")
    assert (found.kind, found.layers) == ("not suggested", ())
    assert "nothing is suggested. The dimension has no peak inside" in found.text
    two = said([*dimensions([5, 20, 6, 5, 12], 0.1, model="a"), *dimensions([9, 8, 7, 6, 5], 0.1, model="b")])
    assert [one.model for one in two if one.kind in ("suggested", "not suggested")] == ["a", "b"]


def test_without_errors_nothing_is_concluded_and_that_is_said_once():
    found = said(dimensions([5, 20, 6, 5, 12]))
    assert {one.kind for one in found} == {"not suggested", "no errors"}
    (bare,) = [one for one in found if one.kind == "no errors"]
    assert bare.text.endswith("the values have no errors, from 5 to 20; nothing is concluded of them.")
    assert all(one.layers == () for one in found)


def test_of_several_checkpoints_the_last_one_is_told():
    def at(step, values):
        return [replace(record, place=replace(record.place, step=step)) for record in dimensions(values, 0.1)]

    (found,) = said([*at(0, [9, 8, 7, 6, 5]), *at(100, [5, 20, 6, 5, 12])], "suggested", "not suggested")
    assert found.layers == ("h.3",)


def steps(values, stderr):
    return [
        Record(CHI, "overlap_neighbors", "next", place(i), Estimate(v, n=9, stderr=stderr), other=place(i + 1))
        for i, v in enumerate(values)
    ]


def test_the_step_at_which_neighbourhoods_change_most():
    most, least = (
        said(steps([0.5, 0.2, 0.9], 0.01), "changes most")[0],
        said(steps([0.5, 0.2, 0.9], 0.01), "changes least")[0],
    )
    assert most.layers[:2] == ("h.1", "h.2")
    assert "changes most between layers 1 (h.1) and 2 (h.2), 0.200 ± 0.010" in most.text
    assert least.layers[:2] == ("h.2", "h.3")
    found = said(steps([0.5, 0.2, 0.9], 0.6))
    assert [one.kind for one in found] == ["changes evenly"]
    assert "no step stands out beyond the errors, from 0.2 ± 0.6" in found[0].text


def test_a_distance_changes_most_where_it_is_largest():
    far = replace(CHI, alike=-1)
    records = [replace(record, info=far) for record in steps([0.5, 0.2, 0.9], 0.01)]
    assert said(records, "changes most")[0].layers[:2] == ("h.2", "h.3")


def test_estimators_that_disagree_by_more_than_their_errors_are_told():
    other = "id_twonn(estimator='trimmed')"
    records = [*dimensions([5, 20, 6], 0.1), *dimensions([5.1, 26, 6.5], 0.1, variant=other)]
    (found,) = said(records, "disagree")
    assert found.layers == ("h.1", "h.2")
    assert "differ by more than their errors in 2 of 3 layers, most at layer 1 (h.1, depth 0.25)" in found.text
    assert "20.00 ± 0.10 against 26.00 ± 0.10" in found.text
    alike = [*dimensions([5, 20, 6], 2.0), *dimensions([5.1, 23, 6.5], 2.0, variant=other)]
    assert said(alike, "disagree") == []


def paired(values, *, correlation, stderr=0.05, draws=200):
    """Return a profile whose errors go together by `correlation`."""
    rng = np.random.default_rng(0)
    common = rng.normal(size=draws)
    records = []
    for i, value in enumerate(values):
        own = rng.normal(size=draws)
        deviations = correlation**0.5 * common + (1 - correlation) ** 0.5 * own
        found = Estimate(value, n=100, stderr=stderr, replicates=stderr * deviations / deviations.std(ddof=1))
        records.append(Record(SHARE, "share", "depth", place(i), found))
    return records


def test_a_difference_over_the_same_examples_is_told_where_separate_errors_overlap():
    together, apart = paired([0.5, 0.55], correlation=0.95), paired([0.5, 0.55], correlation=0.0)
    assert [one.kind for one in said(together)] == ["highest", "lowest"]
    assert [one.kind for one in said(apart)] == ["flat"]
    assert said([]) == []


def test_page_terminal_advice_matches_and_differences_agree_on_twenty_studies():
    """What is called highest and lowest differs, by `differences`, from every layer that is not named with it."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        values = rng.normal(0.5, 0.1, size=6)
        results = Results(tuple(paired(values, correlation=rng.uniform(), stderr=rng.uniform(0.01, 0.2))))
        sentences = results.conclusions()
        for one in sentences:
            if one.kind not in ("highest", "lowest"):
                continue
            against = results.differences(against=one.layers[0])
            differs = (against["low"] > 0) | (against["high"] < 0)
            beside = set(against["layer"][~differs]) - {one.layers[0]}
            assert beside == set(one.layers[1:]), seed


@pytest.mark.parametrize(("correlation", "kind"), [(0.95, "highest"), (0.0, "flat")])
def test_the_page_and_the_terminal_show_these_sentences(correlation, kind, tmp_path, capsys):
    from repscape.cli._summary import say_conclusions

    results = Results(tuple(paired([0.5, 0.55], correlation=correlation)))
    text = next(one.text for one in results.conclusions() if one.kind == kind)
    page = rs.write_report(results, tmp_path / "page.html").read_text(encoding="utf-8")
    assert text in page
    say_conclusions(results)
    assert text in " ".join(capsys.readouterr().out.split())
