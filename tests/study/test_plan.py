"""Plans: what they accept, what they refuse, and how they are written down."""

from __future__ import annotations

import tomllib

import pytest
import tomli_w

import repscape as rs
from repscape.errors import InputError, InputTypeError, UnknownNameError


def test_variants_read_like_calls() -> None:
    plan = rs.Plan(measures=["id_twonn", ("id_twonn", {"estimator": "mle", "fraction": 0.9})])
    assert [item.variant for item in plan.items] == ["id_twonn", "id_twonn(estimator='mle', fraction=0.9)"]


def test_label_is_the_column_where_none_is_named() -> None:
    assert rs.Plan(measures=["overlap_labels"]).label_columns == ("label",)
    assert rs.Plan(measures=["id_twonn"]).label_columns == ()


def test_survives_toml() -> None:
    plan = rs.Plan(
        measures=["id_twonn", ("overlap_labels", {"k": 10, "exclude": "family"})],
        layers=["h.*", -1],
        labels=["kind"],
        values=["score"],
        by="split",
        profiles=["next", "pairs"],
    )
    again = rs.Plan.from_dict(tomllib.loads(tomli_w.dumps(plan.to_dict())))
    assert again.to_dict() == plan.to_dict()
    assert again.columns == ("kind", "score", "split", "family")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"measures": ["id_twon"]}, UnknownNameError, "Did you mean 'id_twonn'"),
        ({"measures": [("id_twonn", {"estimate": "mle"})]}, UnknownNameError, "no option 'estimate'.*mean 'estimator'"),
        ({"measures": "id_twonn"}, InputTypeError, r"must be a list such as \['id_twonn'\]. Got 'id_twonn'"),
        ({"measures": []}, InputError, "at least one measure"),
        ({"measures": ["id_twonn", "id_twonn"]}, InputError, "must not repeat: id_twonn"),
        ({"measures": [3]}, InputTypeError, "Got 3"),
        ({"measures": [("id_twonn", 3)]}, InputTypeError, "Got"),
        ({"profiles": ["nxt"]}, UnknownNameError, "Did you mean 'next'"),
        (
            {"measures": [rs.Measure("m", fn=len, takes=("points", "values"))]},
            InputError,
            r"takes values, and the plan names none: Plan\(..., values=\['score'\]\)",
        ),
    ],
)
def test_refused(arguments: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        rs.Plan(**arguments)


def test_measures_refuse_what_makes_no_sense() -> None:
    with pytest.raises(InputError, match="must hold 2 of 'points' or 'graph'"):
        rs.Measure("m", fn=len, takes=("labels",), arity=2)
    with pytest.raises(UnknownNameError, match="takes of Measure 'm' must be one of"):
        rs.Measure("m", fn=len, takes=("pints",))
    assert rs.Measure("m", fn=len, takes=("graph", "labels"), arity=2).takes == ("graph", "graph", "labels")


def test_groups_reach_errors_and_nulls_unless_they_are_compared() -> None:
    plan = rs.Plan(
        measures=["sim_cka", ("id_twonn", {"groups": "author"}), ("id_mle", {"groups": None})], groups="family"
    )
    assert [item.variant for item in plan.items] == [
        "sim_cka(groups='family')", "id_twonn(groups='author')", "id_mle(groups=None)",
    ]  # fmt: skip
    assert rs.Plan.from_dict(plan.to_dict()).items == plan.items
    compared = rs.Plan(measures=["select_category", "sim_rsa"], groups="family")
    assert [item.variant for item in compared.items] == ["select_category", "sim_rsa"]
