"""RSA: comparators against slow code and rsatoolbox, errors, nulls, streaming, measured matrices, and flat ones."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.spatial.distance import squareform

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, MemoryBudgetError
from repscape.measures.similarity import _rdm, _rdm_compare, _sim_rsa
from tests.data_files import data_file
from tests.reference import sim_rsa as reference

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 6)) + 0.5
Y = np.tanh(X @ RNG.normal(size=(6, 4))) + 0.4 * RNG.normal(size=(30, 4))
NAMES = {"pearson": "corr", "spearman": "spearman", "kendall": "tau-b", "kendall_a": "tau-a", "cosine": "cosine",
         "whitened_cosine": "cosine_cov"}  # fmt: skip


@pytest.mark.parametrize("compare", list(reference.COMPARE))
def test_comparators_with_and_without_ties(compare: str) -> None:
    for a, b in ((X, Y), (np.round(X), np.round(Y))):
        found = rs.sim_rsa(a, b, metric="sqeuclidean", compare=compare, error=None).value
        assert found == pytest.approx(reference.slow(a, b, {}, metric="sqeuclidean", compare=compare), abs=1e-9)


def test_whitened_cosine_of_squared_distances_is_the_linear_cka() -> None:
    found = rs.sim_rsa(X, Y, metric="sqeuclidean", compare="whitened_cosine").value
    assert found == pytest.approx(rs.sim_cka(X, Y).value, abs=1e-10)


@pytest.mark.parametrize("compare", list(NAMES))
def test_rsatoolbox(compare: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer's own
        from rsatoolbox.inference import boot_noise_ceiling
        from rsatoolbox.rdm import RDMs
        from rsatoolbox.rdm import compare as peer

        subjects = np.load(data_file("rsa_92images_rdms.npz"))["brain_rdms"].reshape(8, 92, 92)
        vectors = np.array([squareform(one, checks=False) for one in subjects.astype(np.float64)])
        expected = peer(RDMs(vectors[:2]), RDMs(vectors[2:3]), method=NAMES[compare]).ravel()
        ceiling = boot_noise_ceiling(RDMs(vectors), method=NAMES[compare], rdm_descriptor="index")
    found = [rs.compare_rdms(squareform(one), vectors[2], compare=compare, error=None).value for one in vectors[:2]]
    assert found == pytest.approx(expected, abs=1e-7)
    assert rs.rsa_noise_ceiling(vectors, compare=compare) == pytest.approx(ceiling, abs=1e-4)


def test_errors_are_the_spread_between_samples() -> None:
    mixing = RNG.normal(size=(6, 4))
    values, halves, boots = [], [], []
    for seed in range(50):
        rng = np.random.default_rng(seed)
        A = rng.normal(size=(40, 6))
        B = np.tanh(A @ mixing) + 0.4 * rng.normal(size=(40, 4))
        found = rs.sim_rsa(A, B)
        assert found.options["error"] == "influence"
        values.append(found.value)
        halves.append(found.stderr)
        if seed < 8:
            boots.append(rs.sim_rsa(A, B, error="bootstrap").stderr)
    assert np.mean(halves) == pytest.approx(np.std(values), rel=0.4)
    assert np.mean(boots) == pytest.approx(np.std(values), rel=0.4)


@pytest.mark.parametrize("compare", ["pearson", "spearman", "kendall", "whitened_cosine"])
def test_shuffles_move_whole_conditions(compare: str) -> None:
    found = rs.sim_rsa(X, Y, compare=compare, permutations=49)
    assert found.p_value == 0.02
    side = _sim_rsa.prepare(X, {"metric": "cosine", "compare": compare, "axis": "examples"})
    order = RNG.permutation(30)
    moved = _rdm_compare.compared(side, side.shuffled(order))
    assert moved == pytest.approx(rs.sim_rsa(X, X[order], compare=compare, error=None).value, abs=1e-10)


def test_a_bootstrap_leaves_a_condition_with_itself_out() -> None:
    side = _sim_rsa.prepare(X, {"metric": "cosine", "compare": "pearson", "axis": "examples"})
    assert side.subset(np.array([0, 0, 3, 5, 5, 9])).vector.size == 13
    rows = np.array([0, 0, 3, 5, 5, 9])
    a, b = (
        _sim_rsa.prepare(P, {"metric": "sqeuclidean", "compare": "whitened_cosine", "axis": "examples"}) for P in (X, Y)
    )
    i, j = np.triu_indices(6, 1)
    kept = rows[i] != rows[j]
    ends = np.stack([np.eye(6)[i[kept]], np.eye(6)[j[kept]]]).sum(axis=0)  # (pairs, conditions)
    inverse = np.linalg.inv(2 * np.eye(13) + ends @ ends.T)
    x, y = (rs.rdm(P[rows], metric="sqeuclidean")[kept] for P in (X, Y))
    expected = x @ inverse @ y / np.sqrt((x @ inverse @ x) * (y @ inverse @ y))
    assert _sim_rsa.compared(a.subset(rows), b.subset(rows)) == pytest.approx(expected)
    assert rs.sim_rsa(X, Y, compare="whitened_cosine", error="bootstrap").stderr > 0  # type: ignore[operator]


def test_large_matrices_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("pearson", "cosine", "whitened_cosine")
    expected = [rs.sim_rsa(X, Y, compare=kind, permutations=9) for kind in kinds]
    monkeypatch.setattr(_rdm, "BLOCK", 100)
    monkeypatch.setattr(_sim_rsa, "HELD_BYTES", 0)
    for kind, held in zip(kinds, expected, strict=True):
        found = rs.sim_rsa(X, Y, compare=kind, permutations=9)
        assert found.value == pytest.approx(held.value, abs=1e-12)
        assert found.stderr == pytest.approx(held.stderr, abs=1e-9)
        assert found.chance == pytest.approx(held.chance, abs=1e-9)
    with pytest.raises(MemoryBudgetError, match="Take compare='pearson'"):
        rs.sim_rsa(X, Y, compare="spearman")


def test_units_measured_matrices_and_second_level() -> None:
    assert rs.sim_rsa(X, Y[:20] @ RNG.normal(size=(4, 6)), axis="units", error=None).n == 6
    names, distances = rs.second_level_rdm({"x": X, "y": Y, "z": X[:, :3]})
    assert names == ["x", "y", "z"]
    assert distances[0] == pytest.approx(1 - rs.sim_rsa(X, Y, error=None).value)
    assert rs.compare_rdms(rs.rdm(X), squareform(rs.rdm(Y))).value == pytest.approx(rs.sim_rsa(X, Y).value)


def test_what_has_no_answer_is_refused() -> None:
    flat = np.ones((4, 4)) - np.eye(4)
    cases = [
        (
            lambda: rs.sim_rsa(X[:4], np.eye(4)),
            DegenerateDataError,
            "Y of sim_rsa must give dissimilarities that differ",
        ),
        (lambda: rs.compare_rdms(flat, flat), DegenerateDataError, "first of compare_rdms"),
        (lambda: rs.sim_rsa(X, Y[:20]), InputError, "same examples"),
        (lambda: rs.sim_rsa(X, np.zeros((30, 2))), InputError, "no row of zeros"),
        (lambda: rs.sim_rsa(X, np.ones((30, 2)), metric="correlation"), InputError, "no row of equal entries"),
        (lambda: rs.compare_rdms([1, 2, np.nan], [1, 2, 3]), InputError, "finite"),
        (lambda: rs.compare_rdms([1, 2, 3, 4], [1, 2, 3, 4]), InputError, r"n \(n - 1\) / 2"),
        (lambda: rs.compare_rdms(np.eye(4), flat), InputError, "symmetric"),
        (lambda: rs.compare_rdms([1, 2, 3], [1, 2, 3, 4, 5, 6]), InputError, "same conditions"),
        (lambda: rs.rsa_noise_ceiling([[1, 2, 3]]), InputError, "at least 2 matrices"),
        (lambda: rs.second_level_rdm({"x": X}), InputError, "at least 2"),
    ]
    for call, kind, words in cases:
        with pytest.raises(kind, match=words):
            call()
