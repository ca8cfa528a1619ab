"""Layers suggested without labels: on made-up profiles, on published ones, and where nothing may be suggested."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.measures import Curve, Estimate
from repscape.results import MeasureInfo, Place, Record, Results
from tests.data_files import data_file

ID = MeasureInfo("id_twonn", label="intrinsic dimension")
OVERLAP = MeasureInfo("overlap_labels", label="label overlap")
MINILM = (48.6, 41.8, 38.0, 38.6, 34.9, 33.1, 26.3)


def records(
    values: Sequence[float],
    *,
    stderr: float | None = None,
    info: MeasureInfo = ID,
    model: str = "",
    column: str | None = None,
) -> list[Record]:
    last = len(values) - 1
    return [
        Record(
            info, info.name, "depth", Place(model, LayerInfo(f"h.{i}", i, i / last)), Estimate(v, n=100, stderr=stderr),
            column=column,
        )
        for i, v in enumerate(values)
    ]  # fmt: skip


def advice(values: Sequence[float], stderr: float | None = None) -> rs.LayerAdvice:
    (found,) = rs.suggest_layers(Results(tuple(records(values, stderr=stderr))))
    return found


def indices(found: rs.LayerAdvice) -> list[int]:
    return [layer.index for layer in found.suggested]


def test_the_minimum_after_the_peak_and_what_cannot_be_told_from_it() -> None:
    found = advice([5, 12, 20, 14, 6.2, 6.0, 6.1, 9], stderr=0.3)
    assert indices(found) == [5, 6, 4]
    assert (found.peak.index, found.minimum.index) == (2, 5)
    assert found.evidence == (
        "The dimension rises to a peak (20.00 ± 0.30 at layer 2 (h.2, depth 0.29)), falls to its least value after it (6.00 ± "
        "0.30 at layer 5 (h.5, depth 0.71)) and rises again (9.00 ± 0.30 at layer 7 (h.7, depth 1)). "
        "Layers 4, 6 cannot be told from it."
    )


def test_a_second_shallower_peak_does_not_hide_the_minimum_between() -> None:
    assert indices(advice([8, 28, 26, 18, 24, 20, 10], 0.1)) == [3]


def test_the_published_dimension_of_esm1b_gives_its_plateau() -> None:
    curves = json.loads(data_file("valeriani_plm_layerwise_curves.json").read_text())["curves"]
    (values,) = [curve["value"] for curve in curves if curve["quantity"] == "ID"]
    found = advice(values, stderr=0.01)
    assert found.peak.index == 4
    assert found.minimum.index == 26
    assert min(indices(found)) >= 20
    assert max(indices(found)) <= 31
    assert found.values[found.minimum.index] == min(values)


def test_minilm_has_no_peak_inside_and_nothing_is_suggested() -> None:
    found = advice(MINILM, stderr=0.9)
    assert found.suggested == ()
    assert found.minimum is None
    assert found.evidence.startswith("The dimension has no peak inside: it is highest (48.6 ± 0.9 at layer 0")
    assert advice(MINILM).suggested == ()


@pytest.mark.parametrize(
    ("values", "stderr", "words"),
    [
        ([5, 20, 15, 10, 6], 0.1, "does not rise again after its fall"),
        ([5, 20, 15, 10, 6, 6.3], 0.1, "does not rise again after its fall"),
        ([5, 9, 7, 4, 9], 4.0, "no peak inside"),
        ([20, 19.5, 20.1, 19.7, 20], None, "no peak inside"),
        ([9, 5, 9], None, "take four layers at least; there are 3"),
        ([1, 2, 3, 4, 9], None, "the last layer"),
    ],
)
def test_profiles_that_say_nothing(values: list[float], stderr: float | None, words: str) -> None:
    found = advice(values, stderr)
    assert found.suggested == ()
    assert words in found.evidence


def test_errors_decide_whether_a_peak_is_one() -> None:
    profile = [5, 9, 7, 4, 9]
    assert indices(advice(profile, 0.2)) == [3]
    assert indices(advice(profile, 4.0)) == []


def test_models_stand_by_themselves_and_regret_is_scored_where_there_are_labels() -> None:
    one = records([5, 20, 6, 5, 12], stderr=0.1, model="one")
    held = [*one, *records(MINILM, stderr=0.9, model="two")]
    overlap = records([0.1, 0.3, 0.7, 0.6, 0.2], info=OVERLAP, model="one", column="class")
    first, second = rs.suggest_layers(Results((*held, *overlap)))
    assert (first.model, second.model) == ("one", "two")
    assert indices(first) == [3]
    assert first.regret == {"overlap_labels[class]": pytest.approx(0.1)}
    assert second.regret == {}


def test_another_measure_or_variant_can_be_named() -> None:
    other = MeasureInfo("id_mle", label="intrinsic dimension")
    held = Results((*records(MINILM, stderr=0.9), *records([5, 20, 6, 5, 12], stderr=0.1, info=other)))
    assert indices(rs.suggest_layers(held, measure="id_mle")[0]) == [3]
    assert rs.suggest_layers(held, variant="id_twonn")[0].variant == "id_twonn"
    with pytest.raises(UnknownNameError, match="Did you mean 'id_mle'"):
        rs.suggest_layers(held, measure="id_mel")
    with pytest.raises(UnknownNameError, match="variant"):
        rs.suggest_layers(held, variant="id_twonn(estimator='mle')")
    curve = Record(other, "id_mle", "depth", held.records[0].place, Curve(x=[1.0], values=[2.0], x_name="k", n=9))
    with pytest.raises(InputError, match="one number for each layer. id_mle gives curves"):
        rs.suggest_layers(Results((curve,)), measure="id_mle")
    with pytest.raises(InputTypeError, match="what rs.run returned"):
        rs.suggest_layers([1])  # type: ignore[arg-type]


def test_layers_without_a_value_are_passed_over() -> None:
    assert indices(advice([5, float("nan"), 20, 6, 5, 12], 0.1)) == [4]


def test_without_errors_nothing_is_suggested_and_values_alone_make_candidates() -> None:
    found = advice([5, 20, 6, 5, 12])
    assert found.suggested == ()
    assert [layer.index for layer in found.candidates] == [3]
    assert "without errors nothing is suggested" in found.evidence


def test_measures_of_quality_speak_beside_it_and_change_nothing() -> None:
    rank = MeasureInfo("quality_rankme", label="effective rank", title="Effective rank")
    collapse = MeasureInfo("quality_collapse", label="spread", title="Neural collapse")
    one = records([5, 20, 6, 5, 12], stderr=0.1)
    beside = [
        *records([1, 2, 9, 3, 2], stderr=0.1, info=rank),
        *records([4, 3, 2, 1.0, 1.1], stderr=0.4, info=collapse, column="class"),
    ]
    alone, told = (rs.suggest_layers(Results(tuple(held)))[0] for held in (one, [*one, *beside]))
    assert told.suggested == alone.suggested
    assert told.evidence == alone.evidence
    assert alone.spoken == ()
    assert [(said.variant, said.layer.index, said.sure) for said in told.spoken] == [
        ("quality_rankme", 2, True),
        ("quality_collapse", 3, False),
    ]
    assert told.spoken[0].words == (
        "Effective rank is highest (9.00 ± 0.10) at layer 2 (h.2, depth 0.5), told from every other layer"
    )
    unsure = rs.suggest_layers(Results((*one, *records([1, 2, 9, 3, 2], info=rank))))[0]
    assert not unsure.spoken[0].sure


def test_where_the_dimension_is_silent_the_effective_rank_leans() -> None:
    rank = MeasureInfo("quality_rankme", label="effective rank", title="Effective rank")
    silent = records([20, 9, 8, 7, 6], stderr=0.1)

    def lean(ranks: list[float], stderr: float | None = 0.1) -> rs.LayerAdvice:
        return rs.suggest_layers(Results((*silent, *records(ranks, stderr=stderr, info=rank))))[0]

    risen = lean([9, 7, 5, 6, 8])
    assert risen.suggested == ()
    assert risen.leaning.layer.index == 2
    assert risen.leaning.words == (
        "The effective rank rises at the end, from 5.00 ± 0.10 at layer 2 (h.2, depth 0.5) to 8.00 ± 0.10 at layer 4 "
        "(h.4, depth 1)"
    )
    falling = lean([1, 4, 9, 8, 7])
    assert falling.leaning.layer.index == 4
    assert "does not rise at the end" in falling.leaning.words
    assert lean([9, 7, 5, 6, 8], stderr=None).leaning.layer.index == 4  # without errors no rise is one
    assert lean([9, 7, 5, 7.9, 8]).leaning.layer.index == 4  # the last step is less than a tenth
    spoken = Results((*records([5, 20, 6, 5, 12], stderr=0.1), *records([9, 7, 5, 6, 8], stderr=0.1, info=rank)))
    assert rs.suggest_layers(spoken)[0].leaning is None  # the dimension suggests
    assert rs.suggest_layers(Results(tuple(silent)))[0].leaning is None
