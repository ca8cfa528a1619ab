import json
from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

GOLDEN = Path(__file__).parents[2] / "golden" / "dadapy"


def test_a_slope_is_followed_where_a_constant_is_not() -> None:
    X = np.random.default_rng(0).normal(size=(3000, 2))
    truth = -np.log(2 * np.pi) - (X**2).sum(axis=1) / 2
    graph = rs.knn_graph(X, 200)
    flat, sloped = rs.density_kstar(graph, id=2), rs.density_pak(graph, id=2)
    outside = (X**2).sum(axis=1) > 4
    assert abs((sloped.per_point - truth)[outside].mean()) < abs((flat.per_point - truth)[outside].mean())
    sizes = sloped.details["kstar"]
    assert sloped.details["stderr"] == pytest.approx(np.sqrt((4 * sizes + 2) / ((sizes - 1) * sizes)))
    assert sloped.details["without_trend"] == 0


def test_errors_of_single_points_hold() -> None:
    X = np.random.default_rng(1).uniform(size=(2000, 2))
    found = rs.density_pak(rs.knn_graph(X, 60), id=2)
    inside = (np.abs(X - 0.5) < 0.3).all(axis=1)
    z = found.per_point[inside] / found.details["stderr"][inside]
    assert 0.7 < z.std() < 1.2
    assert abs(z.mean()) < 0.4


def test_steep_and_flat_volumes_in_many_dimensions() -> None:
    X = 1e-3 * np.random.default_rng(2).normal(size=(500, 40))
    found = rs.density_pak(rs.knn_graph(X, 50), id=40.0)
    assert np.isfinite(found.per_point).all()
    far = rs.density_pak(rs.knn_graph(1e6 * X, 50), id=40.0)
    assert far.per_point == pytest.approx(found.per_point - 40 * np.log(1e6), abs=1e-7)


def test_equal_to_dadapy() -> None:
    """Sizes to the one, k*NN to its digits; PAk to where its solver stops (a relative gradient of 1e-3)."""
    expected = json.loads((GOLDEN / "density.json").read_text(encoding="utf-8"))
    X = np.load(GOLDEN / "inputs.npz")["X"]
    graph = rs.knn_graph(X, 100)
    flat, sloped = rs.density_kstar(graph, id=4.0), rs.density_pak(graph, id=4.0)
    assert flat.details["kstar"].tolist() == expected["kstar"]
    assert flat.per_point == pytest.approx([float(x) for x in expected["density_kstar"]], rel=1e-9)
    apart = np.abs(sloped.per_point - [float(x) for x in expected["density_pak"]])
    assert apart.max() < 5e-3
    assert np.median(apart) < 1e-5
    one = rs.density_knn(rs.knn_graph(X, 10), id=4.0)
    assert one.per_point == pytest.approx([float(x) for x in expected["density_knn_10"]], rel=1e-9)


def test_bad_input() -> None:
    with pytest.raises(InputError, match="id of density_pak must be a number"):
        rs.density_pak(rs.knn_graph(np.random.default_rng(0).normal(size=(30, 2)), 10), id=float("nan"))
