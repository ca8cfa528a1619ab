"""Overlap with values: by hand, ties shared, ceiling, chance, R^2, error, nulls and bad input."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, GraphDepthError, InputError, InputTypeError
from tests.reference import overlap_values as reference

LINE = np.array([0.0, 1.0, 2.1, 3.3, 4.6, 6.0])[:, None]
# The two nearest on the line: 0:[1,2] 1:[0,2] 2:[1,3] 3:[2,4] 4:[3,5] 5:[4,3]


def graph(n: int, k: int, *, seed: int = 0) -> tuple[rs.NeighborGraph, np.ndarray]:
    X = np.random.default_rng(seed).normal(size=(n, 2))
    return rs.knn_graph(X, k), X


def test_by_hand_without_ties() -> None:
    phi = [0.0, 1.0, 2.1, 9.0, 8.0, 20.0]
    # The two nearest in phi: 0:[1,2] 1:[0,2] 2:[1,0] 3:[4,2] 4:[3,2] 5:[3,4]
    found = rs.overlap_values(rs.knn_graph(LINE, 2), phi, k=2)
    assert found.per_point.tolist() == [1, 1, 0.5, 1, 0.5, 1]
    assert found.value == pytest.approx(5 / 6)
    assert found.chance == pytest.approx(2 / 5)
    assert found.details["ceiling"] == 1
    assert found.details["adjusted"] == pytest.approx((5 / 6 - 0.4) / 0.6)


def test_ties_at_the_last_place_share_it() -> None:
    phi = [0.0, 1.0, 1.0, 1.0, 5.0, 5.0]
    # k = 2. From 0: three at distance 1 share two places, 2/3 each. From 1, 2, 3: the two others at distance 0.
    # From 4: 5 at distance 0, then three at distance 4 share one place, 1/3 each; from 5 likewise.
    found = rs.overlap_values(rs.knn_graph(LINE, 2), phi, k=2)
    np.testing.assert_allclose(found.per_point, [2 / 3, 0.5, 1, 0.5, (1 / 3 + 1) / 2, (1 + 1 / 3) / 2])
    assert found.details["ceiling"] == pytest.approx((2 / 3 + 3 + 2 * (1 + 1 / 3) / 2) / 6)


def test_the_order_of_the_rows_never_decides_a_tie() -> None:
    rng = np.random.default_rng(0)
    X, rating = rng.normal(size=(300, 3)), rng.integers(0, 60, size=300)
    expected = rs.overlap_values(rs.knn_graph(X, 20), rating, k=20).value
    for _ in range(3):
        order = rng.permutation(300)
        found = rs.overlap_values(rs.knn_graph(X[order], 20), rating[order], k=20).value
        assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", [1, 4, 30, 119])
@pytest.mark.parametrize("step", [0.0, 0.1, 0.25])
def test_against_ranking_all_values(k: int, step: float) -> None:
    rng = np.random.default_rng(k)
    g, X = graph(120, k)
    phi = X[:, 0] + 0.1 * rng.normal(size=120)
    if step:
        phi = np.round(phi / step) * step
    credits = [reference.credits(phi, i, k) for i in range(120)]
    expected = [sum(own.get(j, 0.0) for j in row) / k for own, row in zip(credits, g.indices, strict=True)]
    ceiling = np.mean([sum(sorted(own.values())[-k:]) / k for own in credits])
    if ceiling < 0.5:
        with pytest.raises(InputError, match=f"ceiling of {ceiling:.2f}"):
            rs.overlap_values(g, phi, k=k)
        return
    found = rs.overlap_values(g, phi, k=k)
    np.testing.assert_allclose(found.per_point, expected, atol=1e-12)
    assert found.details["ceiling"] == pytest.approx(ceiling)


def test_units_and_origin_of_the_values_do_not_matter() -> None:
    g, X = graph(200, 10)
    phi = np.round(X[:, 0], 2)
    plain = rs.overlap_values(g, phi, k=10)
    for factor in (2.0**-900, 2.0**900):
        moved = rs.overlap_values(g, phi * factor, k=10)
        assert moved.value == plain.value
        assert moved.details["r2"] == pytest.approx(plain.details["r2"])
    assert rs.overlap_values(g, (phi * 100).round().astype(int), k=10).details["ceiling"] == pytest.approx(
        plain.details["ceiling"], abs=0.05
    )


def test_r2_is_leave_one_out_nearest_neighbour_regression() -> None:
    from sklearn.neighbors import NearestNeighbors

    g, X = graph(150, 6)
    phi = X[:, 0] ** 2 + X[:, 1]
    predicted = phi[NearestNeighbors(n_neighbors=6).fit(X).kneighbors(return_distance=False)].mean(axis=1)
    expected = 1 - ((phi - predicted) ** 2).sum() / ((phi - phi.mean()) ** 2).sum()
    found = rs.overlap_values(g, phi, k=6)
    assert found.details["r2"] == pytest.approx(expected)


def test_unrelated_values_are_at_chance() -> None:
    g, _ = graph(2000, 20)
    found = rs.overlap_values(g, np.random.default_rng(3).normal(size=2000), k=20, permutations=99)
    assert abs(found.value - found.chance) < 4 * found.stderr
    assert found.chance == pytest.approx(found.details["null_mean"], abs=5 * found.details["null_sd"] / np.sqrt(99))
    assert found.details["r2"] == pytest.approx(found.details["r2_chance"], abs=0.03)
    assert found.details["r2_chance"] == -1 / 20
    assert found.p_value > 0.01


def test_related_values_are_found() -> None:
    g, X = graph(500, 20)
    found = rs.overlap_values(g, X[:, 0], k=20, permutations=99)
    assert found.p_value == 0.01
    assert found.options["null"] == "99 shuffles of the examples"


def test_values_that_families_share_need_whole_families() -> None:
    # Families stand together in space and have one value each, drawn at random: related by family alone.
    rng = np.random.default_rng(8)
    family = np.repeat(np.arange(60), 10)
    alarms = {"points": 0, "groups": 0}
    for _ in range(20):
        X = rng.normal(size=(60, 3))[family] + 0.05 * rng.normal(size=(600, 3))
        phi = rng.normal(size=60)[family] + 1e-6 * rng.normal(size=600)
        g = rs.knn_graph(X, 20)
        alarms["points"] += rs.overlap_values(g, phi, k=20, permutations=39, error=None).p_value <= 0.05
        alarms["groups"] += rs.overlap_values(g, phi, k=20, permutations=39, groups=family, error=None).p_value <= 0.05
    assert alarms["points"] == 20
    assert alarms["groups"] <= 4


def test_within_strata() -> None:
    rng = np.random.default_rng(4)
    stratum = np.repeat([0, 1, 2], 150)
    g = rs.knn_graph(rng.normal(size=(450, 2)) + 30 * stratum[:, None], 15)
    phi = 10.0 * stratum + rng.normal(size=450)
    assert rs.overlap_values(g, phi, k=15, permutations=99).p_value == 0.01
    inside = rs.overlap_values(g, phi, k=15, permutations=99, within=stratum)
    assert inside.p_value > 0.05
    assert abs(inside.details["partial"]) < 0.03


def test_errors() -> None:
    g, X = graph(600, 20)
    found = rs.overlap_values(g, X[:, 0], k=20)
    naive = rs.overlap_values(g, X[:, 0], k=20, error="naive")
    assert naive.stderr == pytest.approx(found.per_point.std(ddof=1) / np.sqrt(600))
    assert found.stderr > naive.stderr
    assert rs.overlap_values(g, X[:, 0], k=20, error=None).interval is None


def test_a_study_reads_value_columns() -> None:
    X = np.random.default_rng(0).normal(size=(80, 3))
    columns = {"score": X[:, 0], "noise": X[:, 2]}
    plan = rs.Plan(measures=[("overlap_values", {"k": 10})], values=["score", "noise"])
    frame = rs.run({"a": X[:, :2]}, plan, columns=columns).to_frame()
    g = rs.knn_graph(X[:, :2], 10)
    assert frame["value"].tolist() == [rs.overlap_values(g, columns[name], k=10).value for name in columns]


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        ([3.0] * 6, {}, DegenerateDataError, "values of overlap_values must differ. All 6 are 3.0"),
        ([0, 1, 2, np.nan, 4, 5], {}, InputError, "must be finite. Got nan at index"),
        ([0, 1, 2, np.inf, 4, 5], {}, InputError, "must be finite. Got inf at index"),
        ([0, 1, None, 3, 4, 5], {}, InputError, "1 missing entries, the first at index 2"),
        (list("abcdef"), {}, InputTypeError, "must be numbers. .* For classes take overlap_labels"),
        ([0, 1, 2], {}, InputError, r"must have shape \(6,\).* Got \(3,\)"),
        (
            [0, 0, 0, 0, 0, 1],
            {},
            InputError,
            r"ceiling of 0.4\d, below 0.5. Take overlap_labels, .* or R\^2 \(here -?\d",
        ),
        ([0, 1, 2, 3, 4, 5], {"k": 6}, InputError, r"\[1, 5\] \(n - 1\). Got 6"),
        ([0, 1, 2, 3, 4, 5], {"k": 3}, GraphDepthError, "needs the indices of 3 neighbours"),
        ([0, 1, 2, 3, 4, 5], {"error": "jackknife"}, ValueError, "error of overlap_values must be one of"),
        ([0, 1, 2, 3, 4, 5], {"permutations": 9, "groups": [0, 0, 0, 1, 1, 2]}, InputError, "nothing to exchange"),
    ],
)
def test_bad_input(values: object, options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        rs.overlap_values(rs.knn_graph(LINE, 2), values, **{"k": 2, **options})
