from repscape.findings import certificates, overview
from repscape.findings._words import merged
from repscape.results import Results
from tests.figures.studies import layers, study


def test_the_overview_counts_models_sites_checkpoints_and_examples():
    both = [*layers(3), *layers(3, site="norm1")]
    text = overview(study({"a": both, "b": both}, steps=(1, 2)))
    assert text.endswith("on 6 layers of 2 models at 2 sites (norm1, residual) at 2 checkpoints, 60 examples.")
    assert text.startswith("Intrinsic dimension, TwoNN; Intrinsic dimension, Gride by scale; Neighbourhood overlap;")


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
