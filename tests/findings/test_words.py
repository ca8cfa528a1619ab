from dataclasses import replace

import numpy as np

from repscape.findings._words import certificates, merged, overview, profile_findings
from repscape.measures import Estimate
from repscape.results import MeasureInfo, Place, Record, Results
from tests.figures.studies import by_hand, layers, study

SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))


def test_a_profile_is_summed_up_by_its_peak_and_its_minimum():
    ((heading, (sentence,)),) = profile_findings(by_hand([0.5, 0.75, 0.25], info=SHARE, stderr=0.011, chance=0.1))
    assert heading == "Share of all — share"
    assert sentence == (
        "highest 0.750 ± 0.011 at layer 1 (blocks.1, depth 0.5), lowest 0.250 ± 0.011 at layer 2 (blocks.2, depth 1); "
        "chance 0.1."
    )


def test_values_that_are_missing_are_passed_over():
    ((_, (sentence,)),) = profile_findings(by_hand([np.nan, 0.75, np.nan], info=SHARE))
    assert sentence == "0.75 at layer 1 (blocks.1, depth 0.5)."
    assert profile_findings(by_hand([np.nan], info=SHARE)) == []


def test_the_last_checkpoint_is_told_with_the_first_beside_it():
    records = [
        Record(SHARE, "share", "depth", Place("", layer, step), Estimate(step / 10 + layer.index, n=9))
        for step in (0.0, 5.0)
        for layer in layers(2)
    ]
    ((_, (sentence,)),) = profile_findings(Results(tuple(records)))
    assert sentence.startswith("step 5: highest 1.5 at layer 1")
    assert sentence.endswith("At first (step 0) the highest was 1 at layer 1 (blocks.1, depth 1).")


def test_pairs_are_told_without_the_diagonal():
    every = [Place("net", layer) for layer in layers(3)]
    records = [
        Record(
            SHARE,
            "share",
            "pairs",
            one,
            Estimate(1.0 if one == two else 0.1 * (one.layer.index + two.layer.index), 9),
            other=two,
        )
        for one in every
        for two in every
    ]
    ((heading, (sentence,)),) = profile_findings(Results(tuple(records)))
    assert heading == "Share of all: all pairs of layers of one model — share"
    assert "highest 0.3 between layers 1 (blocks.1) and 2 (blocks.2)" in sentence
    assert "lowest 0.1 between layers 0 (blocks.0) and 1 (blocks.1)" in sentence


def test_sentences_are_few_and_what_is_left_out_is_said():
    many = Results(tuple(r for i in range(20) for r in _named(by_hand([0.1, 0.2], info=SHARE), f"m{i}")))
    ((_, sentences),) = profile_findings(many)
    assert len(sentences) == 13
    assert sentences[-1] == "… and 8 more; the tables have them all."


def _named(results, model):
    return [replace(record, place=replace(record.place, model=model)) for record in results]


def test_the_overview_counts_models_sites_checkpoints_and_examples():
    both = [*layers(3), *layers(3, site="norm1")]
    text = overview(study({"a": both, "b": both}, steps=(1, 2)))
    assert text.endswith("on 6 layers of 2 models at 2 sites (norm1, residual) at 2 checkpoints, 60 examples.")


def test_merged_rows_are_counted_from_the_graphs():
    graphs = {
        "h.1": {"n": 1000, "distinct": 960},
        "h.2": {"n": 1000, "distinct": 1000},
        "h.3": {"n": 1000, "distinct": 990},
    }
    (text,) = merged(Results((), provenance={"graphs": graphs}))
    assert text.startswith("2 of 3 representations hold identical rows, at most 40 of 1,000 (h.1).")
    assert merged(Results((), provenance={"graphs": {"h.2": graphs["h.2"]}})) == []


def test_only_graphs_not_certified_at_the_first_precision_are_told():
    graphs = {
        "h.1": {"certificate": {"bf16": 0.9995, "float32": 1.0}},
        "h.2": {"certificate": {"bf16": 0.97, "float32": 1.0}},
        "h.3": {"certificate": {"bf16": 1.0}},
        "h.4": {"certificate": {}},
    }
    (text,) = certificates(Results((), provenance={"graphs": graphs}))
    assert text.startswith("In 2 of 4 neighbour graphs some rows could not be certified with bf16 products")
    assert "97.00% (h.2)" in text
    assert certificates(Results((), provenance={"graphs": {"h.3": graphs["h.3"]}})) == []
    assert certificates(Results(())) == []


def test_a_real_study_with_copied_rows_says_so():
    results = study({"net": layers(2)})
    assert merged(results) == []
    assert overview(Results(())) == "No results: nothing was measured."
