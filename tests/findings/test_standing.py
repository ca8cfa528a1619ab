"""What stands out of a line: lines share the level, Holm holds families together, and words are seldom false."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

from repscape.findings import Conclusion, held_together, next_study
from repscape.findings._apart import Difference, Sample  # house: the steps themselves, without a study
from repscape.findings._best_set import SIMULATIONS, Joint, best_set
from repscape.findings._standing import holm, least_p, shared_level, standing, told_apart
from repscape.measures import MEASURES
from repscape.results import MeasureInfo, Results
from tests.findings.records import ID, SHARE, profile

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "calibration_words.py"


@pytest.fixture(scope="module")
def words() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration_words", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration_words"] = module
    spec.loader.exec_module(module)
    return module


def samples(values: list[float]) -> list[Sample]:
    return [Sample(value, 1.0) for value in values]


def test_a_difference_must_go_beyond_the_largest_of_all_pairs() -> None:
    # Two independent values differ at 2.77 standard errors; of eight the two farthest apart lie that far by chance in 50 %.
    assert standing(samples([0.0, 3.0])).may_be_high.tolist() == [False, True]
    middle = [1.4, 1.5, 1.6, 1.5, 1.4, 1.6]
    every = standing(samples([0.0, 3.0, *middle]))
    assert every.may_be_high.all()
    assert every.may_be_low.all()
    assert 0.3 < every.p_value < 0.5
    far = standing(samples([0.0, 7.0, *middle]))
    assert far.may_be_high.tolist() == [False, True] + [False] * 6
    assert far.p_value < 0.001


def test_lines_of_a_family_share_its_level() -> None:
    assert shared_level(5) == pytest.approx(0.99)
    two = [0.0, 3.0]  # p = .034
    assert standing(samples(two)).p_value == pytest.approx(2 * stats.norm.sf(3 / np.sqrt(2)), abs=0.006)
    assert standing(samples(two), lines=2).may_be_high.all()
    one = profile(two, 1.0, model="a")
    assert {c.kind for c in Results(tuple(one)).conclusions()} == {"highest", "lowest"}
    both = Results((*one, *profile(two, 1.0, model="b")))
    assert {c.kind for c in both.conclusions()} == {"flat"}


def test_many_values_are_bounded_by_bonferroni() -> None:
    many = SIMULATIONS[-1][0] + 1
    values = np.zeros(many)
    values[3] = 9.0
    joint = Joint.of(np.ones(many), None, np.random.default_rng(0))
    assert joint.simulations == 0
    every = np.ones(many, dtype=bool)
    pairs = many * (many - 1) / 2
    assert joint.threshold(every) == pytest.approx(stats.norm.ppf(1 - 0.025 / pairs), rel=1e-4)
    assert joint.p_value(joint.threshold(every), every) == pytest.approx(0.05)
    assert best_set(values, joint).sum() == 1


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03]) == [False, True, False]  # .03; .06 is above .05, and so is what follows
    assert holm([0.01, 0.02, 0.04]) == [True, True, True]
    assert holm([]) == []
    apart = [Difference(3.0, 1.0), Difference(2.2, 1.0), None, Difference(0.1, 1.0)]
    assert told_apart(apart) == [True, False, False, False]
    assert told_apart(apart[:1] + apart[2:]) == [True, False, False]
    assert least_p(apart) == pytest.approx(3 * 2 * stats.norm.sf(3.0))
    assert least_p([]) == 1.0


def test_what_holds_of_the_whole_page_is_marked() -> None:
    other = replace(SHARE, name="other")
    clear, doubtful = profile([0.0, 9.0], 1.0), profile([0.0, 2.9], 1.0, info=other)
    said = Results((*clear, *doubtful)).conclusions()
    assert {(one.measure, one.headline) for one in said} == {("share", True), ("other", False)}
    assert all(one.p_value is not None for one in said)
    assert held_together(said) == (
        "Each of 4 kinds of sentences below is wrong in at most 5 % of samples. These hold all together (Holm): share: "
        "highest; share: lowest."
    )
    assert held_together([Conclusion("copies", "", (), "x")]) == ""


def test_what_rests_on_few_examples_enters_no_comparison_and_both_values_are_told() -> None:
    records = profile([5.0, 9.0, 6.0], 0.1, info=ID)
    details = {"n_eff": 7.2, "near_copies": 9, "without_near_copies": 5.5, "near_copies_decide": False}
    few = replace(records[1].result, options={"rests_on": "few examples"}, details=details)
    said = Results((records[0], replace(records[1], result=few), records[2])).conclusions()
    by_kind = {one.kind: one for one in said}
    assert by_kind["lowest"].layers == ("h.0",)
    assert by_kind["lowest"].text.endswith("; 1 left out, resting on few examples.")
    assert "highest" not in by_kind  # layer 1, with near copies, lies above
    assert by_kind["left out"].layers == ("h.1",)
    assert by_kind["few examples"].layers == ("h.1",)
    assert by_kind["few examples"].text == (
        "Intrinsic dimension, TwoNN: rests on few examples in 1 of 3, most at layer 1 (h.1, depth 0.5): 9.00 ± 0.10, as if 7 "
        "examples of 9 decided it; 9, and 5.5 with one point for each clump of near copies. Another sample may lack them: "
        "nothing is concluded of these."
    )
    assert by_kind["not suggested"].layers == ()


def test_a_spread_over_orders_is_no_error() -> None:
    info = MeasureInfo.of(MEASURES["probe_mdl"])
    records = [
        replace(r, result=replace(r.result, options={"spread_over": "orders"}))
        for r in profile([900.0, 700.0, 500.0], 1.0, info=info)
    ]
    (only,) = Results(tuple(records)).conclusions()
    assert only.kind == "no errors"
    assert (
        "± is over orders, not over examples, from 500.0 ± 1.0 (over orders) to 900.0 ± 1.0 (over orders)" in only.text
    )


def test_the_next_study_by_hand() -> None:
    # The errors of two independent values, .01 each, make .0141 of their difference: 2.8 of these are to be .02.
    (share,) = next_study(Results(tuple(profile([0.5, 0.52, 0.6], 0.01))))
    needed = 9 * ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * 0.01 * np.sqrt(2) / 0.02) ** 2
    assert f"from about {int(np.ceil(needed))} examples; here there were 9." in share
    assert share.startswith("Share of all: a difference of 0.02 between successive layers is found with 80% power")
    (dimension,) = next_study(Results(tuple(profile([10.0, 12.0, 20.0], 0.5, info=ID))))
    assert "a difference of 1.2 between" in dimension
    assert next_study(Results(tuple(profile([0.5, 0.6])))) == ()


@pytest.mark.parametrize("kind", ["equal", "partly equal"])
def test_words_are_seldom_false(words: ModuleType, tmp_path: Path, kind: str) -> None:
    runs = 12
    file = tmp_path / "words-x-6.json"
    words.run(kind, 6, file, runs - 2)
    words.run(kind, 6, file, runs)  # goes on
    held = words.json.loads(file.read_text())
    assert held["runs"] == runs
    most = stats.binom.ppf(0.9999, runs, 0.05)
    assert all(false <= most for false in held["false"].values()), held["false"]
    if kind == "partly equal":
        assert held["said"]["id_twonn, highest"] == runs  # five standard errors are seen
    assert f"| family | {kind}, 6 ({runs} studies) |" in words.table(tmp_path)
