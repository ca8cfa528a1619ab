from dataclasses import replace

import numpy as np

from repscape.findings import certificates, conclusions, overview
from repscape.findings._words import merged
from repscape.measures import Estimate
from repscape.results import MeasureInfo, Place, Record, Results
from tests.figures.studies import by_hand, layers, study

SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))


def told(results, *kinds):
    return [one.text for one in conclusions(results) if not kinds or one.kind in kinds]


def test_a_profile_is_summed_up_by_its_peak_and_its_minimum():
    high, low = told(by_hand([0.5, 0.75, 0.25], info=SHARE, stderr=0.011, chance=0.1))
    assert high == "Share of all: highest 0.750 ± 0.011 at layer 1 (blocks.1, depth 0.5); chance 0.1."
    assert low == "Share of all: lowest 0.250 ± 0.011 at layer 2 (blocks.2, depth 1)."


def test_nothing_is_called_highest_that_errors_do_not_tell_apart():
    high, low = told(by_hand([0.5, 0.74, 0.75, 0.2], info=SHARE, stderr=0.02))
    assert high == "Share of all: highest within the errors at layers 1, 2 (0.750 ± 0.020 at layer 2)."
    assert low == "Share of all: lowest 0.200 ± 0.020 at layer 3 (blocks.3, depth 1)."
    (flat,) = told(by_hand([0.5, 0.52, 0.51], info=SHARE, stderr=0.02))
    assert flat.startswith("Share of all: no layer stands out beyond the errors, from 0.500 ± 0.020 at layer 0")


def test_values_that_are_missing_are_passed_over():
    (sentence,) = told(by_hand([np.nan, 0.75, np.nan], info=SHARE, stderr=0.1))
    assert sentence == "Share of all: 0.75 ± 0.10 at layer 1 (blocks.1, depth 0.5)."
    assert told(by_hand([np.nan], info=SHARE)) == []


def test_the_first_and_the_last_checkpoint_are_told():
    records = [
        Record(SHARE, "share", "depth", Place("", layer, step), Estimate(step / 10 + layer.index, n=9, stderr=0.1))
        for step in (0.0, 2.0, 5.0)
        for layer in layers(2)
    ]
    found = told(Results(tuple(records)), "highest")
    assert [text.partition(":")[0] for text in found] == ["step 0 · Share of all", "step 5 · Share of all"]
    assert found[1].endswith("highest 1.50 ± 0.10 at layer 1 (blocks.1, depth 1).")


def test_pairs_are_told_without_the_diagonal():
    every = [Place("net", layer) for layer in layers(3)]
    records = [
        Record(
            replace(SHARE, alike=1),
            "share",
            "pairs",
            one,
            Estimate(1.0 if one == two else 0.1 * (one.layer.index + two.layer.index), 9, stderr=0.001),
            other=two,
        )
        for one in every
        for two in every
    ]
    (most,), (least,) = (told(Results(tuple(records)), kind) for kind in ("most alike", "least alike"))
    assert "most alike between layers 1 (blocks.1) and 2 (blocks.2), 0.3" in most
    assert "least alike between layers 0 (blocks.0) and 1 (blocks.1), 0.1" in least


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
