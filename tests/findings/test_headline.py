"""The sentences that a page opens with: each carried by errors, none that the conclusions refute, at most five."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

import repscape as rs
from repscape.findings import headline, recommended
from repscape.results import Results

N = 400
LABELS = np.arange(N) % 4
RNG = np.random.default_rng(0)


def layer(strength: float, d: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    means = np.random.default_rng(99).normal(size=(4, d))
    return strength * means[LABELS] + rng.normal(size=(N, d))


def study(strengths, *, measures=("overlap_labels", "overlap_neighbors", "id_twonn"), steps=None, **plan):
    base = np.random.default_rng(7).normal(size=(N, 6))
    means = np.random.default_rng(99).normal(size=(4, 6))
    source = {f"h.{i}": base + s * means[LABELS] + 0.1 * layer(0, seed=i) for i, s in enumerate(strengths)}
    if steps:
        source = rs.Trajectory([(step, {n: X * 1.0 for n, X in source.items()}) for step in steps])
    asked = rs.Plan(measures=list(measures), labels="kind", **plan)
    return rs.run(source, asked, columns={"kind": LABELS}, threads=1)


@pytest.fixture(scope="module")
def rising() -> Results:
    return study([0, 0.3, 0.8], profiles=["first", "last"])


def test_it_says_where_the_label_is_read_best_with_error_and_chance(rising):
    first = headline(rising).sentences[0]
    best = max((r for r in rising if r.info.name == "overlap_labels"), key=lambda r: r.result.value)
    assert first.kind == "highest"
    assert first.text.startswith("kind is read best at layer 2 (h.2): label overlap ")
    value, error, chance = map(float, re.findall(r"\d\.\d+", first.text))
    assert value == pytest.approx(best.result.value, abs=0.005)
    assert error == pytest.approx(best.result.stderr, rel=0.1)
    assert chance == pytest.approx(best.result.chance, rel=0.01)


def test_it_says_how_many_neighbours_the_last_layer_keeps(rising):
    (said,) = (one for one in headline(rising).sentences if one.measure == "overlap_neighbors")
    (record,) = (
        r for r in rising
        if r.profile == "last" and (r.place.layer.index, r.other.layer.index) == (0, 2)
    )  # fmt: skip
    assert float(re.search(r"keeps ([\d.]+)", said.text)[1]) == pytest.approx(100 * record.result.value, rel=0.02)


def test_the_layer_to_go_on_with_is_the_one_that_a_sentence_names(rising):
    (taken,) = headline(rising).recommended
    assert (taken.layer.name, taken.column) == ("h.2", "kind")
    assert "of 3 layers the highest label overlap of kind" in taken.why.lower()


def test_probes_speak_before_overlaps():
    found = study([0, 1, 4], measures=("overlap_labels", "probe_linear"))
    (taken,) = headline(found).recommended
    assert "probe_linear" in taken.why
    assert headline(found).curve[0].info.name == "probe_linear"


def test_equal_layers_are_not_ranked():
    same = study([2, 2, 2], measures=("overlap_labels",))
    (said,) = headline(same).sentences
    assert said.kind == "flat"
    assert said.text.startswith("kind is read alike at every layer, within the errors: label overlap from ")
    assert "cannot be told from it" in headline(same).recommended[0].why


def test_without_errors_nothing_is_said_of_the_order():
    found = study([0, 4], measures=("overlap_labels",))
    bare = tuple(
        replace(r, result=replace(r.result, stderr=None, interval=None, replicates=None)) for r in found.records
    )
    head = headline(replace(found, records=bare))
    assert head.sentences == ()
    assert head.recommended[0].why.endswith("there are no errors")


def test_without_labels_the_dimension_speaks_and_no_layer_is_made_up():
    source = {"a": RNG.normal(size=(N, 3)), "b": RNG.normal(size=(N, 8))}
    head = headline(rs.run(source, rs.Plan(measures=["id_twonn"]), threads=1))
    assert head.column is None
    assert head.recommended == ()
    assert [one.measure for one in head.sentences] == ["id_twonn"]
    assert "lowest at layer 0 (a)" in head.sentences[0].text


def test_of_training_the_ends_are_told():
    untrained = {f"h.{i}": layer(0, seed=i) for i in range(2)}
    trained = {f"h.{i}": layer(4, seed=i) for i in range(2)}
    plan = rs.Plan(measures=["overlap_labels"], labels="kind")
    source = rs.Trajectory([(0, untrained), (10, trained)])
    head = headline(rs.run(source, plan, columns={"kind": LABELS}, threads=1))
    told = [one.text for one in head.sentences if "step 0" in one.text]
    assert len(told) == 1
    assert "rises in the last layer from" in told[0]
    assert {record.place.step for record in head.curve} == {0, 10}


def test_of_training_that_changed_nothing_no_rise_is_told():
    source = rs.Trajectory([(0, {"a": layer(2, seed=0)}), (10, {"a": layer(2, seed=0)})])
    plan = rs.Plan(measures=["overlap_labels"], labels="kind")
    head = headline(rs.run(source, plan, columns={"kind": LABELS}, threads=1))
    assert [one.text for one in head.sentences if "does not move beyond its errors" in one.text]


def test_two_models_are_told_apart_by_name():
    source = {"small": {"a": layer(0), "b": layer(4)}, "large": {"a": layer(0, seed=3), "b": layer(5, seed=3)}}
    plan = rs.Plan(measures=["overlap_labels", "sim_cka"], labels="kind")
    head = headline(rs.run(source, plan, columns={"kind": LABELS}, threads=1))
    texts = [one.text for one in head.sentences]
    assert any(text.startswith("In small, kind is read best at layer 1 (b)") for text in texts)
    assert any(text.startswith("In large, kind is read best at layer 1 (b)") for text in texts)
    assert {one.model for one in head.recommended} == {"small", "large"}
    assert len(texts) <= 5


def test_nothing_measured_says_nothing():
    head = headline(Results(()))
    assert (head.sentences, head.recommended, head.curve, head.column) == ((), (), (), None)
    assert recommended(Results(())) is None
