"""Ties that both sides break by index: no null where they may carry the value, everywhere that a null is read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import repscape as rs
from repscape.measures import Estimate
from repscape.measures.points import filled_by_index, shared_by_index
from repscape.measures.uncertainty import withheld

N, K, DRAWS = 120, 10, 39
Compare = Callable[[np.ndarray, np.ndarray], Estimate]


def of_graphs(name: str) -> Compare:
    def compare(X: np.ndarray, Y: np.ndarray) -> Estimate:
        return getattr(rs, name)(rs.knn_graph(X, K + 1), rs.knn_graph(Y, K + 1), k=K, permutations=DRAWS, error=None)

    return compare


def of_points(name: str, **options: object) -> Compare:
    return lambda X, Y: getattr(rs, name)(X, Y, permutations=DRAWS, error=None, **options)


MEASURES: dict[str, Compare] = {
    **{name: of_graphs(name) for name in ("overlap_neighbors", "overlap_rbo", "overlap_lcs", "overlap_edit")},
    **{name: of_points(name, k=K) for name in ("sim_jaccard", "sim_rank", "sim_second_order", "sim_cknna")},
    "information_imbalance": of_points("information_imbalance"),
}


def kinds(seed: int, *, of: int = 8) -> np.ndarray:
    """Rows that are all copies of a few."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(of, 5))[rng.integers(of, size=N)]


def smooth(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(N, 5))


@pytest.mark.parametrize("name", MEASURES)
def test_unrelated_copies_have_no_p_and_say_why(name: str) -> None:
    found = MEASURES[name](kinds(1), kinds(2))
    assert (found.p_value, found.calibrated, found.null) == (None, None, None)
    assert found.options["null"].startswith("none: ties, broken by index on both sides, may move the value by")
    assert "null_mean" not in found.details
    assert found.details["ties"] > 0


@pytest.mark.parametrize("name", MEASURES)
def test_ties_on_one_side_and_a_few_copies_keep_the_null(name: str) -> None:
    X, Y = smooth(1), smooth(2)
    assert MEASURES[name](kinds(1), Y).p_value > 0.05  # an order by index that the other side knows nothing of
    X[-1], Y[-2] = X[0], Y[3]
    found = MEASURES[name](X, Y)
    assert withheld(found) == ""
    assert found.p_value > 0.05
    related = MEASURES[name](X, X + 0.1 * Y)
    assert (related.p_value, related.calibrated > 0) == (1 / (DRAWS + 1), True)


def test_the_null_of_exact_moments_is_withheld_too() -> None:
    graphs = [rs.knn_graph(kinds(seed), K + 1) for seed in (1, 2)]
    assert rs.overlap_neighbors(*graphs, k=K).calibrated is None
    assert rs.overlap_neighbors(graphs[0], rs.knn_graph(smooth(3), K + 1), k=K).calibrated is not None


def test_a_whole_number_layer_is_like_itself_whatever_its_ties_add() -> None:
    g = rs.knn_graph(np.random.default_rng(0).integers(-3, 4, size=(N, 4)), K + 1)
    found = rs.overlap_neighbors(g, g, k=K, permutations=DRAWS, error=None)
    assert (found.value, found.p_value) == (1.0, 1 / (DRAWS + 1))
    assert found.details["ties"] > 0.05
    assert found.calibrated is None  # a part of it may be the order of the rows


def test_which_places_go_by_index() -> None:
    """Row 0 is cut through a run of three, row 1 ends with one, rows 2 and 3 end between runs; k = 3 of 8 points."""
    tied = np.array([[0, 0, 1, 1, 0], [0, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]] + 4 * [[0] * 5], dtype=bool)
    assert filled_by_index(tied, 3).tolist() == [2, 0, 0, 1, 0, 0, 0, 0]
    assert filled_by_index(tied[:, :3], 3).tolist() == [2, 0, 3, 0, 0, 0, 0, 0]  # neighbour 4 is not known
    assert not filled_by_index(tied, 7).any()  # all other points are listed


def test_what_two_lists_share_by_index() -> None:
    one = np.array([[1, 2, 3], [2, 3, 0], [3, 0, 1], [0, 1, 2], [0, 1, 2]])
    tied = np.zeros((5, 4), dtype=bool)
    tied[0, 2:] = tied[3, 3] = True
    other = one[:, ::-1].copy()
    assert shared_by_index((one, other), (tied, tied)) == pytest.approx(1 / 15)  # 2 of row 0; 2 and 0 differ in row 3
    # Of measures that read the order, 3 of row 0 is one of two tied here and stands alone there: no order by index.
    assert shared_by_index((one, other), (tied, tied), ordered=True) == pytest.approx(1 / 15)
    assert shared_by_index((one, one), (tied[:, :3], tied[:, :3]), ordered=True) == pytest.approx(2 / 15)
    assert shared_by_index((one, other), (tied, None)) == 0.0


def test_graphs_keep_their_ties_when_distances_are_put_away() -> None:
    graph = rs.knn_graph(kinds(1), K + 1)
    slim = graph.without_distances()
    assert (slim.distances, slim.ties().shape) == (None, (N, K + 1))
    assert np.array_equal(slim.truncate(4).ties(), graph.truncate(4).ties())
    assert rs.knn_graph(smooth(1), K).without_distances().ties() is None


def test_studies_say_of_tied_layers_that_nothing_can_be_said() -> None:
    models = {"one": {"a": kinds(1), "b": smooth(4)}, "two": {"c": kinds(2), "d": smooth(4) + 0.1 * smooth(5)}}
    asked = [("overlap_neighbors", {"k": K, "permutations": DRAWS}), ("overlap_lcs", {"k": K, "permutations": DRAWS})]
    results = rs.run(models, rs.Plan(measures=asked, profiles=["models"]))
    table = rs.beyond_chance(results).set_index(["layer", "other_layer"])
    assert table.loc[("a", "c"), "above"].tolist() == [None, None]
    assert all(why.startswith("ties, broken by index") for why in table.loc[("a", "c"), "why"])
    assert table.loc[("b", "d"), "above"].tolist() == [True, True]
    assert set(table["pairs"]) == {1, 3}  # three pairs are a family, and the tied one is in none
    matches = rs.best_matches(results).set_index("layer")
    assert matches.loc["a", "above"].tolist() == [None, None]
    said = [one.text for one in results.conclusions() if "best matches" in one.text]
    assert len(said) == 2
    assert all(
        "b to d." in text and "Of a it cannot be said whether chance gives as much: ties" in text for text in said
    )
