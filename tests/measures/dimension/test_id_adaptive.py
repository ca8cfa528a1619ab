import json

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError
from tests.golden.dadapy import peak_sets

PEER = json.loads((peak_sets.HERE / "further.json").read_text(encoding="utf-8"))["adaptive"]


def told(name: str) -> list[float]:
    return [float(value) for value in PEER[name]]


@pytest.mark.parametrize("estimator", ["gride", "binomial"])
def test_equal_to_dadapy_iteration_by_iteration(estimator: str) -> None:
    """The peer halves an interval of dimensions down to 1e-7, which decides k* of a few points at most."""
    ratio = 0.5 if estimator == "binomial" else None
    graph = rs.knn_graph(peak_sets.made("own"), 100)
    found = rs.id_adaptive(graph, estimator=estimator, ratio=ratio, duplicates="drop", error="model")
    assert found.details["path"] == pytest.approx(told(estimator), rel=1e-5)
    assert found.stderr == pytest.approx(told(f"{estimator}_errors")[-1], rel=1e-4)


def test_known_dimension_and_its_error() -> None:
    values, errors = [], []
    for seed in range(20):
        angle = 2 * np.pi * np.random.default_rng(seed).random(size=(300, 2))  # no edge
        found = rs.id_adaptive(rs.knn_graph(np.concatenate([np.cos(angle), np.sin(angle)], axis=1), 60))
        values.append(found.value)
        errors.append(found.stderr)
    assert np.mean(values) == pytest.approx(2.2, abs=0.2)  # the torus bends within k*
    assert 0.8 < np.mean(errors) / np.std(values, ddof=1) < 2.5


def test_the_model_check_sees_what_is_no_manifold() -> None:
    rng = np.random.default_rng(0)
    flat = rng.random(size=(400, 2))
    mixed = np.concatenate([np.c_[rng.random((200, 1)), np.zeros((200, 5))], 3 + rng.random((200, 6))])
    good, bad = (rs.id_adaptive(X, estimator="binomial").details["p_model"] for X in (flat, mixed))
    assert bad < 1e-3 < good


def test_bad_input() -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    with pytest.raises(InputError, match=r"ratio of id_adaptive must be a number in \(0, 1\)"):
        rs.id_adaptive(X, estimator="binomial", ratio=1.0)
    with pytest.raises(DegenerateDataError, match="finds no neighbour within"):
        rs.id_adaptive(X, estimator="binomial", ratio=1e-6)
    distances = rs.NeighborGraph.from_arrays(distances=rs.knn_graph(X, 10).distances, self_column="none")
    with pytest.raises(GraphDepthError, match="who the neighbours are"):
        rs.id_adaptive(distances)


def test_neighbourhoods_as_wide_as_the_data_are_named() -> None:
    few = rs.id_adaptive(np.random.default_rng(0).normal(size=(60, 4)))
    assert few.value < 2
    assert few.details["note"].startswith(f"k* is {np.median(few.details['kstar']):.0f} of 60 points")
    assert rs.id_adaptive(np.random.default_rng(0).normal(size=(300, 4))).details["note"] == ""
