import numpy as np
import pytest

import repscape as rs
from repscape.figures import Dots, draw
from repscape.figures._limits import colour_limits
from repscape.measures import Estimate
from repscape.results import MeasureInfo, Place, Record, Results
from tests.figures.studies import layers, states, study

PAIRS = rs.Plan(measures=[("overlap_neighbors", {"k": 10})])


def cells(ax):
    return np.ma.filled(ax.images[0].get_array(), np.nan)


def matrix(count, *, keep=lambda i, j: True, symmetric=False, bounds=(0.0, 1.0)):
    """Return one record for each pair that is kept, of value i + j / 1000."""
    info = MeasureInfo(
        "alike", label="likeness", plot="matrix", symmetric=symmetric, bounds=bounds, higher_means="closer"
    )
    every = [Place("net", layer) for layer in layers(count)]
    return Results(
        tuple(
            Record(info, "alike", "pairs", one, Estimate(value=i + j / 1000, n=9), other=two)
            for i, one in enumerate(every)
            for j, two in enumerate(every)
            if keep(i, j)
        )
    )


def test_cells_hold_the_overlaps_shallow_layers_at_the_lower_left():
    results = study({"net": layers(4)}, plan=PAIRS)
    ax = draw(results)["overlap_neighbors-pairs"].axes[0]
    expected = np.zeros((4, 4))
    for record in results.select(profile="pairs"):
        expected[record.place.layer.index, record.other.layer.index] = record.result.value
    np.testing.assert_array_equal(cells(ax), expected)
    assert ax.images[0].origin == "lower"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("layer", "layer")


def test_rows_are_the_first_model_and_columns_the_second():
    results = study({"a": layers(4), "b": layers(3)}, plan=PAIRS)
    ax = draw(results)["overlap_neighbors-models"].axes[0]
    assert cells(ax).shape == (4, 3)
    one = next(r for r in results.select(profile="models") if (r.place.layer.index, r.other.layer.index) == (3, 1))
    assert cells(ax)[3, 1] == one.result.value
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("layer of a · residual", "layer of b · residual")


def test_missing_pairs_are_empty_and_symmetric_ones_are_mirrored():
    upper = draw(matrix(3, keep=lambda i, j: i <= j))["alike-pairs"].axes[0]
    assert np.isnan(cells(upper)).sum() == 3
    both = cells(draw(matrix(3, keep=lambda i, j: i <= j, symmetric=True))["alike-pairs"].axes[0])
    np.testing.assert_array_equal(both, both.T)


def test_the_colour_bar_says_what_higher_means():
    figure = draw(matrix(3))["alike-pairs"]
    assert figure.axes[-1].get_ylabel() == "likeness\n(higher: closer)"


def test_checkpoints_share_one_scale_of_colours():
    figure = draw(study({"": layers(3)}, steps=(0, 1), plan=PAIRS))["overlap_neighbors-pairs"]
    first, second = (ax for ax in figure.axes if ax.images)
    assert first.images[0].norm is second.images[0].norm
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("step 0", "step 1")


@pytest.mark.parametrize(
    ("values", "bounds", "expected"),
    [
        ([0.2, 0.9], (0.0, 1.0), (0.0, 1.0)),
        ([0.02, 0.05], (0.0, 1.0), (0.0, 0.05)),
        ([0.9, 0.99], (0.0, 1.0), (0.9, 1.0)),
        ([3.0, 8.0], (-np.inf, np.inf), (3.0, 8.0)),
        ([1.0, np.nan], (0.0, 1.0), (0.0, 1.0)),
        ([4.0], (0.0, np.inf), (3.5, 4.5)),
        ([np.nan], (0.0, 1.0), (0.0, 1.0)),
    ],
)
def test_colour_limits_come_from_bounds_that_are_near_else_from_the_values(values, bounds, expected):
    assert colour_limits(values, bounds) == expected


@pytest.mark.parametrize("count", [1, 6, 25, 100])
def test_ticks_are_few_and_written_cells_only_of_small_matrices(count):
    ax = draw(matrix(count))["alike-pairs"].axes[0]
    assert 1 <= len(ax.get_xticks()) <= 10
    assert [text.get_text() for text in ax.get_xticklabels()] == [f"{tick:g}" for tick in ax.get_xticks()]
    assert len(ax.texts) == (count**2 if count <= 8 else 0)


def test_ticks_carry_layer_numbers_not_positions():
    kept = [layer for layer in layers(30) if layer.index % 3 == 0]
    ax = draw(study({"net": kept}, plan=PAIRS))["overlap_neighbors-pairs"].axes[0]
    for tick, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True):
        assert kept[int(tick)].index == int(label.get_text())


def test_a_measure_that_is_not_the_same_both_ways_is_drawn_both_ways():
    source = {"a": states(layers(3)), "b": states(layers(2), seed=1)}
    plan = rs.Plan(measures=[("information_imbalance", {"error": None})], profiles=["models", "pairs"])
    results = rs.run(source, plan)
    there, back = (ax for ax in draw(results)["information_imbalance-models"].axes if ax.images)
    for record in results.select(profile="models"):
        at = record.place.layer.index, record.other.layer.index
        assert cells(there)[at] == record.result.value
        assert cells(back)[at] == record.result.details["reverse"]
    one, two = "a · residual", "b · residual"
    assert [ax.get_title(loc="left") for ax in (there, back)] == [f"{one} → {two}", f"{two} → {one}"]
    assert (there.get_ylabel(), there.get_xlabel()) == (f"from layer of {one}", f"to layer of {two}")
    assert (back.get_ylabel(), back.get_xlabel()) == (f"to layer of {one}", f"from layer of {two}")
    assert there.images[0].norm.vmax >= max(cells(there).max(), cells(back).max())
    within = next(ax for ax in draw(results)["information_imbalance-pairs"].axes if ax.images)
    assert not np.allclose(cells(within), cells(within).T)


def test_cells_beyond_the_best_of_all_by_chance_have_a_dot():
    X, other, alone = np.random.default_rng(0).normal(size=(3, 80, 5))
    source = {"a": {"x": X, "z": other}, "b": {"y": X + 0.1 * other, "w": alone}}
    plan = rs.Plan(measures=[("sim_cka", {"permutations": 99})], profiles=["models"])
    results = rs.run(source, plan)
    spec = draw(results, painter=lambda spec: spec)["sim_cka-models"]
    (dots,) = (mark for mark in spec.panels[0].marks if isinstance(mark, Dots) and mark.name)
    assert (round(dots.x[0]), round(dots.y[0]), dots.x.size) == (0, 0, 1)
    limit = rs.beyond_chance(results).set_index(["layer", "other_layer"])["limit"]["x", "y"]
    assert dots.words == (f"beyond chance (p 0.01 among 4 pairs; passed in 5 %: {limit:.3g})",)
    assert "A dot: beyond what the most alike of all 4 reads by chance" in spec.caption
    unrelated = rs.run({"a": {"x": X}, "b": {"w": alone}}, plan)
    assert "No cell is beyond" in draw(unrelated, painter=lambda spec: spec)["sim_cka-models"].caption
