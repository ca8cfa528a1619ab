"""A call in a study is the call alone: no option is filled in but those that a row declares, and the values are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.measures import MEASURES
from repscape.plan import Item
from repscape.study._tasks import calls
from tests.contracts import contracts

N = 130
RNG = np.random.default_rng(5)
HEAPS = np.array([[0, 0, 0], [3, 0, 0], [0, 3, 0], [0, 0, 3]])
KIND = np.arange(N) % 4
LAYERS = {"a": HEAPS[KIND] + RNG.normal(size=(N, 3))}
LAYERS["b"] = LAYERS["a"] @ RNG.normal(size=(3, 5)) + RNG.normal(size=(N, 5))
COLUMNS: dict[str, Any] = {
    "labels": np.array(["w", "x", "y", "z"])[KIND],
    "groups": np.arange(N) % 20,
    "values": LAYERS["a"][:, 0],
}
PLAN: dict[str, Any] = {"labels": "labels", "values": ["values"], "groups": "groups"}
GRAPHS = [row for row in MEASURES.values() if "graph" in row.takes]


def test_only_declared_options_are_filled_in() -> None:
    for row in MEASURES.values():
        found = list(calls(Item(row, {}), rs.Plan(measures=[row.name], **PLAN), COLUMNS))
        assert found
        assert all(options == dict(row.usual) for _, options, _ in found), row.name
        assert all(row.options()[name] is None for name in row.usual), row.name


def same(options: Any) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in ("null", "preprocess")}


def test_values_and_conventions_are_those_of_the_call_alone() -> None:
    asked = [(row.name, dict(contracts.quick(row))) for row in GRAPHS if row.name != "peaks_agreement"]
    asked += [("peaks_agreement", options) for options in ({}, {"density": "kstar"}, {"k": 16, "z": 1.6})]
    plan = rs.Plan(measures=asked, **PLAN)
    studied = rs.run(LAYERS, plan, columns=COLUMNS)
    assert not studied.failed
    seen = set()
    for record in studied:
        row = MEASURES[record.info.name]
        if record.other is not None and record.place == record.other:
            continue
        sides = [record.place.layer.key] + ([] if record.other is None else [record.other.layer.key])
        graphs = [rs.knn_graph(LAYERS[name], 100) for name in sides]
        held = {"labels": COLUMNS["labels"], "values": COLUMNS["values"], "groups": COLUMNS["groups"]}
        columns = [held[kind] for kind in row.takes if kind in held]
        item = next(i for i in plan.items if i.variant == record.variant)
        options = {name: COLUMNS[value] if name == "groups" else value for name, value in item.options.items()}
        alone = row(*graphs, *columns, **{**row.usual, **options})
        assert same(record.result.options) == same(alone.options), record.variant
        values = [result.value if hasattr(result, "value") else result.values for result in (record.result, alone)]
        np.testing.assert_array_equal(*values, err_msg=record.variant)
        seen.add(row.name)
    assert seen == {row.name for row in GRAPHS}


def test_too_few_groups_of_a_plan_leave_the_value() -> None:
    plan = rs.Plan(measures=["id_twonn"], groups="kind")
    results = rs.run({"a": LAYERS["a"]}, plan, columns={"kind": KIND})
    (found,) = results
    assert results.warnings == (
        "groups='kind' names fewer than 8 groups, over which no error can be had: id_twonn(groups='kind') comes without one.",
    )
    assert (found.result.value, found.result.stderr) == (rs.id_twonn(rs.knn_graph(LAYERS["a"], 100)).value, None)


@pytest.mark.parametrize("n", [12, 60])
def test_few_examples_take_the_neighbours_there_are(n: int) -> None:
    X, kind = LAYERS["a"][:n], COLUMNS["labels"][:n]
    plan = rs.Plan(measures=["density_pak", "density_kstar", "density_knn", "peaks_agreement"], labels="kind")
    found = rs.run({"a": X}, plan, columns={"kind": kind})
    assert [record.result.options["k"] for record in found] == [n - 1, n - 1, 10, n - 1]
    graph = rs.knn_graph(X, n - 1)
    alone = [rs.density_pak(graph), rs.density_kstar(graph), rs.density_knn(graph), rs.peaks_agreement(graph, kind)]
    assert [record.result.value for record in found] == [one.value for one in alone]
