from types import SimpleNamespace

import numpy as np
import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.figures import sketches, title_of
from repscape.results import MeasureInfo, Results
from tests.figures.studies import PLAN, curves, layers, study


def test_one_model_gives_a_figure_for_each_measure_and_profile():
    found = sketches(study({"net": layers(4)}))
    assert {sketch.name: sketch.kind for sketch in found} == {
        "id_twonn": "depth",
        "id_gride": "curve",
        "overlap_neighbors-next": "depth",
        "overlap_neighbors-first": "depth",
        "overlap_neighbors-last": "depth",
        "overlap_neighbors-pairs": "matrix",
        "overlap_labels": "depth",
    }


def test_two_models_add_the_comparison_between_them_and_become_lines():
    found = {sketch.name: sketch for sketch in sketches(study({"a": layers(4), "b": layers(4)}))}
    assert found["overlap_neighbors-models"].kind == "matrix"
    assert found["overlap_neighbors-equal"].kind == "depth"
    assert found["id_twonn"].lines == ("model",)
    assert [panel.title for panel in found["overlap_neighbors-pairs"].panels] == ["a", "b"]
    assert [panel.title for panel in found["id_gride"].panels] == ["a", "b"]


def test_checkpoints_are_lines_of_profiles_and_panels_of_matrices_in_order():
    plan = rs.Plan(measures=["id_twonn", ("overlap_neighbors", {"k": 10})])
    both = [*layers(3), *layers(3, site="norm1")]
    results = study({"": both}, steps=(0, 10, 100), plan=plan)
    found = {sketch.name: sketch for sketch in sketches(results)}
    assert found["id_twonn"].lines == ("step",)
    assert [panel.title for panel in found["id_twonn"].panels] == ["residual", "norm1"]
    for site in ("residual", "norm1"):
        matrix = found[f"overlap_neighbors-pairs-{site}"]
        assert [panel.title for panel in matrix.panels] == ["step 0", "step 10", "step 100"]
    steps = found["overlap_neighbors-steps"]
    assert {(v.place.step, v.record.other.step) for v in steps.values} == {(0, 10), (10, 100)}


def test_lines_become_panels_where_colours_would_run_out():
    info = MeasureInfo("spread", label="spread")
    nine = {f"m{i}": layers(3) for i in range(9)}
    plan = rs.Plan(measures=[rs.Measure("spread", fn=lambda X: float(X.std()))])
    (few,) = sketches(study(dict(list(nine.items())[:8]), plan=plan))
    (many,) = sketches(study(nine, plan=plan))
    assert (len(few.panels), few.lines) == (1, ("model",))
    assert (len(many.panels), many.lines) == (9, ())
    assert info.name == few.record.info.name


def test_every_record_is_drawn_once():
    results = study({"a": layers(3), "b": layers(5)}, steps=(1, 2))
    drawn = [id(record) for s in sketches(results) for record in {id(v.record): v.record for v in s.values}.values()]
    assert sorted(drawn) == sorted(map(id, results.records))


def test_more_checkpoints_than_panels_are_thinned_and_that_is_said():
    plan = rs.Plan(measures=[("overlap_neighbors", {"k": 5})], profiles=["pairs"])
    (sketch,) = sketches(study({"": layers(2)}, steps=range(15), plan=plan))
    titles = [panel.title for panel in sketch.panels]
    assert len(titles) == 12
    assert (titles[0], titles[-1]) == ("step 0", "step 14")
    assert sketch.left_out.startswith("12 of 15 checkpoints")


@pytest.mark.parametrize(("plot", "kind"), [("curve", "curve"), ("depth", "depth")])
def test_the_table_says_whether_a_curve_is_drawn_against_scale_or_depth(plot, kind):
    info = MeasureInfo("mine", plot=plot)
    (sketch,) = sketches(curves({"net": 3}, x=(2, 4), info=info))
    assert sketch.kind == kind
    assert sketch.lines == (("x",) if kind == "depth" else ())


def test_names_are_fit_for_files_and_differ_also_without_case():
    odd = ["../a b", "../A?b", "$", "con/$\\", "x" * 300]
    infos = [MeasureInfo(name) for name in odd]
    results = Results(tuple(r for info in infos for r in curves({"m": 1}, x=(1, 2), info=info)))
    names = [sketch.name for sketch in sketches(results)]
    assert len({name.lower() for name in names}) == len(odd)
    assert all(
        name and len(name) <= 60 and not set(name) - set("abcdefghijklmnopqrstuvwxABCDEF_-.0123456789")
        for name in names
    )
    assert not any(name.startswith((".", "-")) for name in names)


def test_no_results_no_figures():
    assert sketches(Results(())) == []


def test_variants_of_one_measure_share_a_figure():
    plan = rs.Plan(measures=["id_twonn", ("id_twonn", {"estimator": "mle"}), ("id_twonn", {"estimator": "trimmed"})])
    (sketch,) = sketches(study({"": layers(3)}, plan=plan))
    assert sketch.lines == ("variant",)
    assert len({value.record.variant for value in sketch.panels[0].values}) == 3


def test_a_heading_says_what_people_call_the_measure_and_the_details_the_call():
    titled = SimpleNamespace(title="Intrinsic dimension, TwoNN", label="intrinsic dimension", name="id_twonn")
    assert title_of(titled) == "Intrinsic dimension, TwoNN"
    assert title_of(MeasureInfo("mine", label="size")) == "Size"
    assert title_of(MeasureInfo("mine")) == "Mine"
    found = {sketch.name: sketch for sketch in sketches(study({"net": layers(3)}))}
    assert found["id_twonn"].title.endswith("by layer")
    assert found["overlap_labels"].details == "overlap_labels(k=10) · digit · net · residual"


def test_nothing_depends_on_the_order_of_records():
    results = study({"a": layers(3), "b": layers(3)}, plan=PLAN)
    turned = Results(tuple(reversed(results.records)))
    assert {s.name for s in sketches(turned)} == {s.name for s in sketches(results)}


def test_layers_are_kept_so_that_one_without_a_value_is_known():
    results = study({"net": layers(4)})
    kept = tuple(r for r in results if r.info.name != "id_twonn" or r.place.layer.index != 2)
    sketch = next(s for s in sketches(Results(kept)) if s.name == "id_twonn")
    assert sketch.layers["net", "residual"] == tuple(layers(4))
    assert len(sketch.values) == 3
    assert np.isfinite([value.value for value in sketch.values]).all()
    assert isinstance(sketch.layers["net", "residual"][0], LayerInfo)
