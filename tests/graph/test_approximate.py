"""Approximate graphs: exact distances, a recall that was measured, carried into whatever reads the graph."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, MissingExtraError
from repscape.graph import Searched, entries_of, searched_of

X = np.random.default_rng(0).normal(size=(600, 40)).astype(np.float32)
X[7] = X[3]


def sloppy(rows: np.ndarray, keep: int, *, threads: int, seed: int) -> np.ndarray:
    """The neighbours, of which every fifth row has lost its nearest, one row nearly all, and all name themselves."""
    exact = rs.knn_graph(rows, keep - 1).indices
    found = np.column_stack([np.arange(len(rows)), exact]).astype(np.int32)
    found[::5, 1] = -1
    found[11, 2:] = -1
    return found


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """No descent: it compiles for a quarter of a minute."""
    import repscape.graph._candidates_pynndescent as library

    monkeypatch.setattr(library, "descended", sloppy)


@pytest.mark.usefixtures("fast")
@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_what_is_found_is_exact_and_what_is_not_is_counted(metric: str) -> None:
    exact, g = rs.knn_graph(X, 10, metric=metric), rs.knn_graph(X, 10, metric=metric, method="approximate")
    whole = (np.arange(600) % 5 > 0) & (np.arange(600) != 11)
    np.testing.assert_allclose(g.distances[11], exact.distances[11], rtol=1e-12)  # too short a list: through all points
    np.testing.assert_array_equal(g.indices[whole], exact.indices[whole])
    np.testing.assert_array_equal(g.distances[whole], exact.distances[whole])
    lost = np.arange(600) % 5 == 0
    np.testing.assert_array_equal(g.indices[lost][:, :9], exact.indices[lost][:, 1:])
    assert (g.method, exact.method) == ("approximate", "exact")
    share = np.mean([len(set(a) & set(b)) / 10 for a, b in zip(g.indices, exact.indices, strict=True)])
    assert g.recall.value == pytest.approx(share, abs=1e-12)
    assert g.recall.stderr == 0  # all 600 rows were searched: nothing is left to chance
    assert g.recall.n == 600
    assert g.truncate(1).recall.value == pytest.approx(0.8, abs=0.01)
    assert exact.recall.value == 1
    assert g.certificate == {}
    assert "neighbours found: .98" in g._repr_html_()


def test_the_error_is_that_of_searched_rows() -> None:
    searched = Searched(400, np.array([1.0, 0.99]), np.array([0.0, 0.002]))
    assert str(searched) == "neighbours found: .990 ± .002"
    assert searched.interval == pytest.approx((0.98608, 0.99392), abs=1e-5)
    low, high = searched.truncated(1).interval
    assert low == pytest.approx(1 - 3.84 / 400, abs=1e-3)  # no miss in 400 rows
    assert high == 1
    again = searched_of(entries_of(searched))
    assert again is not None
    assert (again.rows, again.recall, again.error) == (400, 0.99, 0.002)
    assert searched_of({}) is None


@pytest.mark.usefixtures("fast")
def test_every_record_says_so(tmp_path: Path) -> None:
    plan = rs.Plan(
        measures=["id_gride", "overlap_neighbors(k=5)", "sim_cka"], neighbors="approximate", profiles=["next"]
    )
    layers = {"a": X, "b": np.tanh(X)}
    results = rs.run(layers, plan, folder=tmp_path / "s")
    for record in results:
        told = record.result.options
        assert ("recall" in told) == (record.info.name != "sim_cka")
        if "recall" in told:
            assert 0.7 < told["recall"] < 1
            assert told["neighbors"] == "approximate"
    assert any("neighbours found: .9" in note for note in results.warnings)
    assert rs.open_study(tmp_path / "s").graph("a").recall.value < 1
    assert rs.Plan.from_dict(plan.to_dict()).neighbors == "approximate"
    exact = rs.run(layers, rs.Plan(measures=["id_gride"]), folder=tmp_path / "s")
    assert all("recall" not in r.result.options for r in exact.select("id_gride"))  # another question


def test_what_it_does_not_go_with() -> None:
    with pytest.raises(InputError, match="goes with metric 'euclidean', 'cosine' or 'correlation'. Got 'manhattan'"):
        rs.knn_graph(X, 5, method="approximate", metric="manhattan")
    with pytest.raises(InputError, match="precision of knn_graph says how exact graphs are found. Got 'bf16'"):
        rs.knn_graph(X, 5, method="approximate", precision="bf16")
    with pytest.raises(ValueError, match="method of knn_graph must be"):
        rs.knn_graph(X, 5, method="quick")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="neighbors of Plan must be"):
        rs.Plan(neighbors="quick")
    with (
        mock.patch("importlib.util.find_spec", return_value=None),
        pytest.raises(MissingExtraError, match=r"repscape\[approximate\]"),
    ):
        rs.knn_graph(X, 5, method="approximate")
