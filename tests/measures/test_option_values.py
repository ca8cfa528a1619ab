"""What an option can mean is told when the plan is made, not after an hour of extraction."""

from __future__ import annotations

from typing import Any, Literal

import pytest

import repscape as rs
from repscape.errors import InputTypeError, UnknownNameError
from repscape.measures import MEASURES
from repscape.measures._option_values import check_values


def f(
    X: Any, *, kind: Literal["a", "b"] = "a", k: int | None = None, much: float | Literal["auto"] = "auto", own: Any = 1
) -> float:
    return 0.0


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"kind": "c"}, UnknownNameError, "kind of f must be one of 'a', 'b'. Got 'c'"),
        ({"kind": 3}, UnknownNameError, "Got 3"),
        ({"kind": None}, UnknownNameError, "Got None"),
        ({"k": "ten"}, InputTypeError, "k of f must be an int or None. Got 'ten'"),
        ({"much": "autp"}, UnknownNameError, "much of f must be one of 'auto'. Got 'autp'. Did you mean 'auto'"),
    ],
)
def test_words_that_mean_nothing(given: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        check_values(given, f, "f")


def test_what_may_be_right_is_left_to_the_function() -> None:
    check_values({"kind": "b", "k": -5, "much": "auto", "own": "anything"}, f, "f")
    check_values({"k": None, "much": 0.5, "unknown": "x"}, f, "f")
    check_values({"k": "x"}, lambda X, *, k: 0.0, "f")
    rs.Plan(measures=[rs.Measure("m", fn=_of_unknown_type)])


def _of_unknown_type(X: Any, *, k: Nowhere = 1) -> float:  # type: ignore[name-defined]  # noqa: F821
    return 0.0


def test_a_plan_refuses_them() -> None:
    with pytest.raises(UnknownNameError, match="estimator of id_twonn must be one of .* Did you mean 'mle'"):
        rs.Plan(measures=[("id_twonn", {"estimator": "mel"})])
    with pytest.raises(InputTypeError, match="k of overlap_labels must be an int"):
        rs.Plan(measures=[("overlap_labels", {"k": "ten", "exclude": "family"})])


@pytest.mark.parametrize("row", list(MEASURES.values()), ids=list(MEASURES))
def test_the_defaults_of_every_measure_pass(row: rs.Measure) -> None:
    row.check_options({name: value for name, value in row.options().items() if name not in row.column_options})
