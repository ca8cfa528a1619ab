"""A call in a study is the call alone: no option is filled in but those that a row declares, and the values are the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.measures import MEASURES, Measure
from repscape.plan import Item
from repscape.study._tasks import calls
from tests.contracts import contracts

N = 130
RNG = np.random.default_rng(5)
HEAPS = np.array([[0, 0, 0], [7, 0, 0], [0, 7, 0], [0, 0, 7]])
KIND = np.arange(N) % 4
LAYERS = {"a": HEAPS[KIND] + RNG.normal(size=(N, 3))}
LAYERS["b"] = LAYERS["a"] @ RNG.normal(size=(3, 5)) + RNG.normal(size=(N, 5))
COLUMNS: dict[str, Any] = {"labels": np.array(["w", "x", "y", "z"])[KIND], "groups": KIND, "values": LAYERS["a"][:, 0]}
PLAN: dict[str, Any] = {"labels": "labels", "values": ["values"], "groups": "groups"}
GRAPHS = [row for row in MEASURES.values() if "graph" in row.takes]


@pytest.mark.parametrize("row", MEASURES.values(), ids=lambda row: row.name)
def test_only_declared_options_are_filled_in(row: Measure) -> None:
    item = Item(row, {})
    found = [dict(options) for _, options, _ in calls(item, rs.Plan(measures=[row.name], **PLAN), COLUMNS)]
    assert found
    assert all(options == dict(row.usual) for options in found)
    assert all(row.options()[name] is None for name in row.usual)


def same(options: Any) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key not in ("null", "preprocess")}


@pytest.fixture(scope="module")
def studied() -> rs.Results:
    asked = [(row.name, dict(contracts.quick(row))) for row in GRAPHS]
    asked += [("peaks_agreement", {"density": "kstar"}), ("peaks_agreement", {"k": 16, "z": 1.6})]
    return rs.run(LAYERS, rs.Plan(measures=[*asked, "peaks_agreement"], **PLAN), columns=COLUMNS)


def test_values_and_conventions_are_those_of_the_call_alone(studied: rs.Results) -> None:
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
        item = next(i for i in studied_items() if i.variant == record.variant)
        alone = row(*graphs, *columns, **{**row.usual, **item.options})
        assert same(record.result.options) == same(alone.options), record.variant
        values = [result.value if hasattr(result, "value") else result.values for result in (record.result, alone)]
        np.testing.assert_array_equal(*values, err_msg=record.variant)
        seen.add(row.name)
    assert seen == {row.name for row in GRAPHS}


def studied_items() -> list[Item]:
    asked = [(row.name, dict(contracts.quick(row))) for row in GRAPHS]
    asked += [("peaks_agreement", {"density": "kstar"}), ("peaks_agreement", {"k": 16, "z": 1.6})]
    return list(rs.Plan(measures=[*asked, "peaks_agreement"], **PLAN).items)


@pytest.mark.parametrize("n", [12, 60])
def test_few_examples_take_the_neighbours_there_are(n: int) -> None:
    X, kind = LAYERS["a"][:n], COLUMNS["labels"][:n]
    plan = rs.Plan(measures=["density_pak", "density_kstar", "density_knn", "peaks_agreement"], labels="kind")
    found = rs.run({"a": X}, plan, columns={"kind": kind})
    assert [record.result.options["k"] for record in found] == [n - 1, n - 1, 10, n - 1]
    graph = rs.knn_graph(X, n - 1)
    alone = [rs.density_pak(graph), rs.density_kstar(graph), rs.density_knn(graph), rs.peaks_agreement(graph, kind)]
    assert [record.result.value for record in found] == [one.value for one in alone]
