"""What copies, copies with rounding, and near copies do to a dimension, and what is said of it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, RepscapeWarning
from tests.graph.test_rounding import cloud, rounded

DIMENSIONS = (
    "id_twonn",
    "id_twonn_fractions",
    "id_gride",
    "id_mle",
    "id_decimation",
    "id_correlation",
    "id_isomap",
)


def value_of(found: Any) -> np.ndarray:
    return np.atleast_1d(found.values if hasattr(found, "values") else found.value)


def wire_versions(points: np.ndarray, count: int, apart: float = 0.1, versions: int = 1) -> np.ndarray:
    """Add versions of the first points, a tenth of the usual distance away."""
    usual = np.median(rs.knn_graph(points, 1).distances)
    draw = np.random.default_rng(5)
    more = [
        points[:count] + apart * usual / np.sqrt(points.shape[1]) * draw.normal(size=(count, points.shape[1]))
        for _ in range(versions)
    ]
    return np.concatenate([points, *more]).astype(points.dtype)


def said_when(call: Any) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = call()
    return found, [str(warning.message) for warning in caught if issubclass(warning.category, RepscapeWarning)]


# ---- rounding


@pytest.mark.parametrize("name", DIMENSIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_that_differ_by_rounding_count_once(name: str, dtype: type) -> None:
    points = cloud(400, 8).astype(dtype) if dtype is np.float32 else np.random.default_rng(0).normal(size=(400, 8))
    mixed = np.concatenate([points, rounded(points[:80])])
    measure = getattr(rs, name)
    alone, copied = measure(points), measure(mixed)
    np.testing.assert_allclose(value_of(copied), value_of(alone), rtol=1e-6)
    assert copied.dropped == 80
    assert copied.options["near_copies"] == 80
    assert copied.options["copy_bound"] == pytest.approx(rs.knn_graph(mixed, 2).copy_bound)
    assert "near_copies" not in alone.options


@pytest.mark.parametrize("name", ["id_twonn", "id_gride", "id_mle"])
def test_graphs_give_what_points_give(name: str) -> None:
    points = cloud(400, 8)
    mixed = np.concatenate([points, rounded(points[:80]), points[:20]])
    order = np.random.default_rng(0).permutation(500)
    measure = getattr(rs, name)
    from_graph, from_points = measure(rs.knn_graph(mixed[order], 90)), measure(mixed[order])
    np.testing.assert_allclose(value_of(from_graph), value_of(from_points), rtol=1e-6)
    for key in ("near_copies", "copy_bound"):
        assert from_graph.options[key] == pytest.approx(from_points.options[key])
    assert from_graph.dropped == from_points.dropped == 100


def test_every_row_twice() -> None:
    points = cloud(200, 8)
    mixed = np.concatenate([points, rounded(points)])
    assert rs.id_twonn(mixed).value == pytest.approx(rs.id_twonn(points).value, rel=1e-6)
    assert rs.id_twonn(mixed).dropped == 200


def test_copies_are_raised_or_dropped_as_asked() -> None:
    mixed = np.concatenate([cloud(), rounded(cloud()[:30])])
    with pytest.raises(
        InputError, match=r"60 points have an identical copy or one that differs by rounding alone, the first at"
    ):
        rs.id_twonn(mixed, duplicates="raise")
    assert rs.id_twonn(mixed, duplicates="drop").dropped == 60


def test_a_published_graph_merges_nothing_that_is_not_identical() -> None:
    mixed = np.concatenate([cloud(400, 8), rounded(cloud(400, 8)[:80])])
    graph = rs.knn_graph(mixed, 40)
    published = rs.NeighborGraph.from_arrays(graph.indices, graph.distances)
    found, said = said_when(lambda: rs.id_twonn(published, estimator="mle"))
    assert found.dropped == 0
    assert found.details["near_copies"] >= 160
    assert found.details["without_near_copies"] == pytest.approx(rs.id_twonn(mixed, estimator="mle").value, rel=1e-6)
    assert "near copies decide the dimension" in said[0]


# ---- near copies


@pytest.mark.parametrize("versions", [1, 2, 3])
@pytest.mark.parametrize("apart", [0.01, 0.05, 0.1])
def test_the_value_without_near_copies_is_that_of_the_points_alone(versions: int, apart: float) -> None:
    points = cloud(600, 12)
    mixed = wire_versions(points, 60, apart, versions)
    alone = rs.id_twonn(points, estimator="mle")
    found, said = said_when(lambda: rs.id_twonn(mixed, estimator="mle"))
    assert found.dropped == 0
    assert found.details["near_copies"] == 60 * (versions + 1)
    assert found.details["without_near_copies"] == pytest.approx(alone.value, rel=0.02)
    assert found.details["near_copies_decide"] is True
    assert len(said) == 1
    assert said[0].startswith(
        f"id_twonn: near copies decide the dimension: {60 * (versions + 1)} of {len(mixed)} points"
    )
    assert f"with one point for each it is {found.details['without_near_copies']:.3g}, not {found.value:.3g}" in said[0]


@pytest.mark.parametrize("name", ["id_twonn_fractions", "id_gride", "id_mle"])
def test_other_dimensions_say_it_too(name: str) -> None:
    points = cloud(600, 12)
    measure = getattr(rs, name)
    found, said = said_when(lambda: measure(wire_versions(points, 150, 0.01)))
    assert found.details["near_copies"] == 300
    np.testing.assert_allclose(found.details["without_near_copies"], value_of(measure(points)), rtol=0.02)
    assert np.any(found.details["near_copies_decide"])
    assert said[0].startswith(f"{name}: near copies decide the dimension")


def test_a_curve_says_at_which_scale() -> None:
    points = cloud(600, 12)
    found, said = said_when(lambda: rs.id_gride(wire_versions(points, 150, 0.05), max_rank=32))
    decide = found.details["near_copies_decide"].tolist()
    assert decide[0]
    assert not any(decide[2:])
    assert "at rank 2:" in said[0]


def test_few_near_copies_are_told_and_do_no_harm() -> None:
    points = cloud(2000, 12)
    found, said = said_when(lambda: rs.id_twonn(wire_versions(points, 3)))
    assert found.details["near_copies"] == 6
    assert found.details["without_near_copies"] == pytest.approx(found.value, rel=0.02)
    assert (found.details["near_copies_decide"], said) == (False, [])


@pytest.mark.parametrize("dimension", [1, 2, 5, 20, 60])
def test_data_without_near_copies_have_none(dimension: int) -> None:
    found = [
        rs.id_twonn(np.random.default_rng(seed).normal(size=(1000, dimension)), estimator="mle", error=None)
        for seed in range(20)
    ]
    assert sum(one.details["near_copies"] > 0 for one in found) <= 2  # one data set in a hundred has some by chance
    assert all(one.details["without_near_copies"] == pytest.approx(one.value, rel=0.02) for one in found)


def test_parts_of_other_dimensions_are_no_copies() -> None:
    draw = np.random.default_rng(0)
    plane = np.zeros((500, 12))
    plane[:, :2] = 30 + draw.normal(size=(500, 2))
    mixed = np.concatenate([draw.normal(size=(500, 12)), plane])
    line = np.concatenate([np.linspace(0, 90, 500)[:, None] * np.ones(12), 200 + draw.normal(size=(500, 12))])
    for points in (mixed, line, rs.synthetic.swiss_roll(1000)):
        found, said = said_when(lambda points=points: rs.id_twonn(points, estimator="mle"))
        assert (found.details["near_copies_decide"], said) == (False, [])


def test_grids_have_no_near_copies() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(8.0)] * 3), axis=-1).reshape(-1, 3)
    grid = np.concatenate([grid, [[3.01, 3.0, 3.0]]])
    assert rs.id_twonn(grid, estimator="mle").details["near_copies"] in (0, 2)


def test_without_neighbours_their_ratios_are_left_out() -> None:
    points = wire_versions(cloud(600, 12), 60)
    distances = rs.knn_graph(points, 20).distances
    found, said = said_when(lambda: rs.id_twonn(rs.NeighborGraph.from_arrays(distances=distances), estimator="mle"))
    assert found.details["near_copies"] == 120
    assert found.details["without_near_copies"] == pytest.approx(
        rs.id_twonn(cloud(600, 12), estimator="mle").value, rel=0.15
    )
    assert len(said) == 1


# ---- in a study


def test_a_study_names_the_layer_once_on_paper_and_in_its_results(tmp_path) -> None:
    points = cloud(300, 12)
    layers = {"clean": points, "rounded": np.concatenate([points[:240], rounded(points[:60])])}
    layers["near"] = wire_versions(points[:240], 60)
    plan = rs.Plan(measures=[("id_twonn", {"estimator": "mle"}), "id_gride"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = rs.run(layers, plan, folder=tmp_path / "study")
    told = [warning for warning in results.warnings if "near copies decide" in warning]
    assert [warning.partition(":")[0] for warning in told] == ["layer near", "layer near"]
    found = {record.place.layer.name: record.result for record in results if record.info.name == "id_twonn"}
    assert found["rounded"].options["near_copies"] == found["rounded"].dropped == 60
    assert found["rounded"].value == pytest.approx(rs.id_twonn(points[:240], estimator="mle").value, rel=1e-6)
    assert found["clean"].details["near_copies"] == 0
    page = rs.write_report(results, tmp_path / "report.html").read_text()
    assert "near copies decide the dimension" in page
    again = rs.run(layers, plan, folder=tmp_path / "study")
    assert [record.result.details["near_copies"] for record in again] == [
        r.result.details["near_copies"] for r in results
    ]
    more = rs.run(
        layers, rs.Plan(measures=[*plan.measures, "id_mle"]), folder=tmp_path / "study"
    )  # from the stored graphs
    mle = next(r.result for r in more if r.info.name == "id_mle" and r.place.layer.name == "rounded")
    assert mle.options["near_copies"] == 60
