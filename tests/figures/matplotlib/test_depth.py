from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

import repscape as rs
from repscape.figures import draw
from repscape.figures._look import MARKERS, PALETTE
from repscape.figures.matplotlib._style import SIGNS
from repscape.results import MeasureInfo, Results
from tests.figures.studies import by_hand, curves, layers, study

ID = rs.Plan(measures=["id_twonn"])
SHARE = MeasureInfo("share", label="share of all", bounds=(0.0, 1.0))


def texts(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def data_lines(ax):
    return [line for line in ax.lines if line.get_label() not in ("chance", "ceiling")]


def test_a_profile_draws_the_values_with_their_intervals():
    results = study({"net": layers(5)}, plan=ID)
    (ax,) = draw(results)["id_twonn"].axes
    (line,) = data_lines(ax)
    assert line.get_xdata().tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_array_equal(line.get_ydata(), [r.result.value for r in results])
    band = ax.collections[0].get_paths()[0].vertices
    ends = np.array([r.result.interval for r in results])
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((ends.min(), ends.max()))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("layer", "intrinsic dimension")


def test_a_standard_error_alone_becomes_a_95_percent_band():
    (ax,) = draw(by_hand([0.5, 0.6], info=SHARE, stderr=0.1))["share"].axes
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(0.5 - 1.96 * 0.1, abs=1e-4)


def test_layers_without_a_value_are_gaps():
    results = study({"net": layers(5)})
    kept = tuple(r for r in results if r.info.name != "id_twonn" or r.place.layer.index != 2)
    (ax,) = draw(Results(kept))["id_twonn"].axes
    values = data_lines(ax)[0].get_ydata()
    assert np.isnan(values).tolist() == [False, False, True, False, False]


def test_nan_is_a_gap_and_a_layer_between_two_gaps_keeps_its_marker():
    values = [0.5] * 50
    values[10] = values[12] = np.nan
    (ax,) = draw(by_hand(values, info=SHARE))["share"].axes
    assert np.isnan(ax.lines[0].get_ydata()).sum() == 2
    assert ax.lines[0].get_marker() == "o"
    (ax,) = draw(by_hand([0.5] * 50, info=SHARE))["share"].axes
    assert ax.lines[0].get_marker() == ""


def test_equal_depth_knows_no_gaps():
    figure = draw(study({"a": layers(5), "b": layers(3)}))["overlap_neighbors-equal"]
    (ax,) = figure.axes
    assert np.isfinite(data_lines(ax)[0].get_ydata()).all()
    assert data_lines(ax)[0].get_xdata().tolist() == [0, 2, 4]


def test_models_of_unlike_length_are_drawn_by_relative_depth():
    (ax,) = draw(study({"a": layers(5), "b": layers(3)}, plan=ID))["id_twonn"].axes
    assert ax.get_xlabel() == "relative depth"
    assert [line.get_xdata().tolist() for line in data_lines(ax)] == [[0, 0.25, 0.5, 0.75, 1], [0, 0.5, 1]]
    (ax,) = draw(study({"a": layers(3), "b": layers(3)}, plan=ID))["id_twonn"].axes
    assert ax.get_xlabel() == "layer"


def test_eight_models_have_colours_and_markers_of_their_own():
    figure = draw(study({f"m{i}": layers(3) for i in range(8)}, plan=ID))["id_twonn"]
    lines = data_lines(figure.axes[0])
    assert [to_hex(line.get_color()) for line in lines] == [to_hex(colour) for colour in PALETTE]
    assert [line.get_marker() for line in lines] == [SIGNS[name] for name in MARKERS]
    assert texts(figure) == [f"m{i}" for i in range(8)]


def test_checkpoints_have_ordered_shades_from_dark_to_light():
    figure = draw(study({"": layers(3)}, steps=(0, 5, 50, 500), plan=ID))["id_twonn"]
    luminance = [np.dot((0.2126, 0.7152, 0.0722), to_rgb(line.get_color())) for line in data_lines(figure.axes[0])]
    assert luminance == sorted(luminance)
    assert texts(figure) == ["0", "5", "50", "500"]
    assert figure.legends[0].get_title().get_text() == "step"


def test_many_checkpoints_have_a_colour_bar_instead_of_a_legend():
    figure = draw(study({"": layers(3)}, steps=range(11), plan=ID))["id_twonn"]
    assert not figure.legends
    ax, bar = figure.axes
    assert len(data_lines(ax)) == 11
    assert bar.get_ylabel() == "step"
    said = [text.get_text() for text in bar.get_yticklabels()]
    assert (said[0], said[-1]) == ("0", "10")


def test_successive_checkpoints_are_named_by_both():
    figure = draw(study({"": layers(3)}, steps=(0, 10, 300)))["overlap_neighbors-steps"]
    assert texts(figure)[:2] == ["0 to 10", "10 to 300"]


def test_chance_and_ceiling_are_drawn_where_they_are_known():
    (ax,) = draw(by_hand([0.5, 0.6], info=SHARE, chance=0.1, details={"ceiling": 0.9}))["share"].axes
    heights = {line.get_label(): line.get_ydata()[0] for line in ax.lines}
    assert heights["chance"] == pytest.approx(0.1)
    assert heights["ceiling"] == pytest.approx(0.9)
    assert {text.get_text() for text in ax.texts} == {"chance", "ceiling"}
    (ax,) = draw(by_hand([0.5, 0.6], info=SHARE, details={"ceiling": 1.0}))["share"].axes
    assert len(ax.lines) == 1  # the bound itself says nothing


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([0.2, 0.9], 0.0, 1.0), ([0.96, 0.97], 0.9, 1.0), ([0.0, 0.4], 0.0, 0.5), ([1.0, 1.0], 0.0, 1.05)],
)
def test_limits_begin_at_a_near_bound_and_hold_every_value(values, low, high):
    (ax,) = draw(by_hand(values, info=SHARE))["share"].axes
    bottom, top = ax.get_ylim()
    assert low - 0.05 <= bottom <= min(values)
    assert max(values) <= top <= high + 0.05


@pytest.mark.parametrize("count", [1, 6, 25, 100])
def test_layer_ticks_are_whole_and_few(count):
    (ax,) = draw(by_hand([0.5] * count, info=SHARE))["share"].axes
    shown = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= ax.get_xlim()[1]]
    assert 1 <= len(shown) <= 11
    assert all(tick == int(tick) for tick in shown)


def test_few_plain_arrays_are_named_under_the_axis():
    results = rs.run({"mnist": np.random.default_rng(0).normal(size=(30, 3)), "kmnist": np.eye(30)[:, :9] + 0}, rs.Plan(
        measures=[rs.Measure("spread", fn=lambda X: float(X.std()))]
    ))  # fmt: skip
    (ax,) = draw(results)["spread"].axes
    assert [text.get_text() for text in ax.get_xticklabels()] == ["mnist", "kmnist"]


def test_odd_names_are_drawn_as_they_are():
    names = ["$\\frac{1}{2}$", "_hidden", "a<b>&'", "x\ny\x00"]
    figure = draw(study({name: layers(2) for name in names}, plan=ID))["id_twonn"]
    assert texts(figure) == ["$\\frac{1}{2}$", "_hidden", "a<b>&'", "x y "]
    assert not any(text.get_parse_math() for legend in figure.legends for text in legend.get_texts())


def test_a_curve_by_depth_has_one_line_for_each_x():
    figure = draw(curves({"net": 3}, x=(2, 4), info=MeasureInfo("mine", plot="depth")))["mine"]
    first, second = data_lines(figure.axes[0])
    assert first.get_ydata().tolist() == [2, 12, 22]
    assert second.get_ydata().tolist() == [4, 14, 24]
    assert texts(figure) == ["2", "4"]
    assert figure.legends[0].get_title().get_text() == "rank"


def test_errors_of_a_single_layer_are_seen_and_stand_side_by_side():
    figure = draw(study({f"m{i}": layers(1) for i in range(3)}, plan=ID))["id_twonn"]
    (ax,) = figure.axes
    results = study({f"m{i}": layers(1) for i in range(3)}, plan=ID)
    bars = [path.vertices for one in ax.collections for path in one.get_paths() if len(path.vertices) == 2]
    np.testing.assert_allclose([bar[:, 1] for bar in bars], [record.result.interval for record in results])
    places = [bar[0, 0] for bar in bars]
    assert places == [line.get_xdata()[0] for line in data_lines(ax)]
    assert np.diff(places).min() > 0.1
    assert all(ax.get_xlim()[0] < place < ax.get_xlim()[1] for place in places)


def test_a_layer_between_gaps_shows_its_error():
    results = study({"net": layers(5)}, plan=ID)
    kept = tuple(r for r in results if r.place.layer.index not in (1, 3))
    blank = tuple(replace(r, result=replace(r.result, value=np.nan)) for r in results if r.place.layer.index in (1, 3))
    (ax,) = draw(Results((*kept, *blank)))["id_twonn"].axes
    bars = [path.vertices[0, 0] for one in ax.collections for path in one.get_paths() if len(path.vertices) == 2]
    assert bars == [0, 2, 4]


def test_colour_says_the_model_and_dashes_the_variant():
    plan = rs.Plan(measures=["id_twonn", ("id_twonn", {"estimator": "mle"})])
    figure = draw(study({f"m{i}": layers(3) for i in range(3)}, plan=plan))["id_twonn"]
    looks = [(to_hex(line.get_color()), line.get_linestyle()) for line in data_lines(figure.axes[0])]
    assert [colour for colour, _ in looks] == [*PALETTE[:3], *PALETTE[:3]]
    assert [dash for _, dash in looks] == ["-"] * 3 + ["--"] * 3
    assert len({line.get_marker() for line in data_lines(figure.axes[0])}) == 6
    shown = [(to_hex(one.get_color()), one.get_linestyle()) for one in figure.legends[0].get_lines()]
    assert shown == looks


def test_a_negative_bound_takes_no_room_where_no_value_is_negative():
    correlation = MeasureInfo("alike", bounds=(-1.0, 1.0))
    (ax,) = draw(by_hand([0.7, 0.9], info=correlation, chance=0.0))["alike"].axes
    assert -0.1 < ax.get_ylim()[0] < 0
    (ax,) = draw(by_hand([-0.2, 0.9], info=correlation, chance=0.0))["alike"].axes
    assert ax.get_ylim()[0] <= -1


def test_profiles_with_a_null_have_the_limit_that_each_layer_has_to_pass():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 4))
    source = {"a": X, "b": X + 0.2 * rng.normal(size=X.shape), "c": rng.normal(size=(60, 9))}
    plan = rs.Plan(measures=[("sim_cka", {"permutations": 39})], profiles=["next"])
    results = rs.run(source, plan)
    spec = draw(results, painter=lambda shown: shown)["sim_cka-next"]
    (limit,) = (mark for mark in spec.panels[0].marks if getattr(mark, "name", "") == "beyond chance")
    assert limit.y[:2].tolist() == rs.beyond_chance(results)["limit"].tolist()
    assert "Dashed: what the most alike of all 2 passes in 5 % of relabellings." in spec.caption
