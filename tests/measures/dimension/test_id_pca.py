"""Linear dimension: by hand, against peers, what sampling does, both forms of the covariance, errors, and bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import skdim
from sklearn.decomposition import PCA

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, MemoryBudgetError, UnknownNameError
from repscape.measures.dimension import _id_pca

PEERS = {
    "participation": "participation_ratio",
    "threshold": "ratio",
    "kaiser": "Kaiser",
    "broken_stick": "broken_stick",
    "maxgap": "maxgap",
}


def cloud(n: int, scales: np.ndarray, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, len(scales))) * scales


def crossed(scales: list[float]) -> np.ndarray:
    """Return two points on each axis: the variances along the axes are proportional to the squares of the scales."""
    return np.concatenate([np.diag(scales), -np.diag(scales)])


@pytest.mark.parametrize(
    ("criterion", "share", "expected"),
    [
        ("participation", 0.95, 100 / 38),  # variances 5, 3, 2, 0.001...: (5 + 3 + 2)^2 / (25 + 9 + 4)
        ("threshold", 0.95, 3),
        ("threshold", 0.79, 2),
        ("threshold", 0.49, 1),
        ("kaiser", 0.95, 2),  # their mean is 2.5
        ("broken_stick", 0.95, 1),  # .5 against .521: not above, and 1 is the least
        ("maxgap", 0.95, 3),
    ],
)
def test_by_hand(criterion: str, share: float, expected: float) -> None:
    X = crossed([math.sqrt(5), math.sqrt(3), math.sqrt(2), 1e-4]) + 7.0
    found = rs.id_pca(X, criterion=criterion, share=share)
    assert found.value == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(found.details["spectrum"] * 7 / 2, [5, 3, 2, 1e-8], rtol=1e-6)
    np.testing.assert_allclose(found.details["cumulative"], [0.5, 0.8, 1, 1], rtol=1e-7)


def test_broken_stick_by_hand() -> None:
    # Shares .60, .30, .10, .00 against (1 + 1/2 + 1/3 + 1/4) / 4 = .521, .271, .146, .062.
    X = crossed([math.sqrt(6), math.sqrt(3), 1, 1e-4])
    assert rs.id_pca(X, criterion="broken_stick").value == 2


@pytest.mark.parametrize("criterion", list(PEERS))
@pytest.mark.parametrize(
    ("n", "scales"), [(300, np.geomspace(3, 0.1, 12)), (200, np.ones(8)), (150, np.arange(1.0, 6))]
)
def test_peers_agree(criterion: str, n: int, scales: np.ndarray) -> None:
    X = cloud(n, scales)
    peer = skdim.id.lPCA(ver=PEERS[criterion], alphaRatio=0.95).fit(X)
    found = rs.id_pca(X, criterion=criterion)
    assert found.value == pytest.approx(max(1, peer.dimension_), rel=1e-9)
    np.testing.assert_allclose(found.details["spectrum"], PCA().fit(X).explained_variance_, rtol=1e-9)


@pytest.mark.parametrize(("n", "d"), [(40, 200), (200, 40), (60, 60)])
def test_both_forms_of_the_covariance(n: int, d: int) -> None:
    X = cloud(n, np.geomspace(1, 0.01, d)) + 3
    expected = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[: min(n - 1, d)] ** 2
    found = rs.id_pca(X)
    assert found.value == pytest.approx(expected.sum() ** 2 / (expected**2).sum(), rel=1e-10)
    np.testing.assert_allclose(found.details["spectrum"], expected / (n - 1), rtol=1e-6, atol=1e-12)
    # The same points in more features: another form, the same value and the same error.
    wide = np.hstack([X, np.zeros((n, 300))])
    assert rs.id_pca(wide).value == pytest.approx(found.value, rel=1e-10)
    assert rs.id_pca(wide).stderr == pytest.approx(found.stderr, rel=1e-8)


@pytest.mark.parametrize(("n", "d"), [(50, 100), (200, 100)])
def test_correction_for_sampling(n: int, d: int) -> None:
    X = [cloud(n, np.ones(d), seed) for seed in range(8)]
    plain = np.array([rs.id_pca(x, error=None).value for x in X])
    corrected = np.mean([rs.id_pca(x, correct=True, error=None).value for x in X])
    assert plain.mean() < 0.7 * d
    assert corrected == pytest.approx(d, rel=0.03)
    assert (1 / (1 / plain - 1 / n)).mean() < corrected - 0.002 * d  # n in place of n - 1 leaves more of the bias


def test_curved_surfaces_read_too_high() -> None:
    assert rs.id_pca(rs.synthetic.sphere(5000, 2)).value == pytest.approx(3, abs=0.02)
    assert rs.id_pca(rs.synthetic.torus(5000, 2)).value == pytest.approx(4, abs=0.02)


@pytest.mark.parametrize("error", ["influence", "subsample"])
@pytest.mark.parametrize("correct", [True, False])
def test_error_is_the_spread_over_fresh_samples(error: str, correct: bool) -> None:
    scales = np.geomspace(1, 0.2, 10)
    found = [rs.id_pca(cloud(200, scales, seed), error=error, correct=correct) for seed in range(80)]
    ratio = np.mean([one.stderr for one in found]) / np.std([one.value for one in found], ddof=1)
    assert 0.8 < ratio < 1.25
    assert np.std(found[0].replicates, ddof=1) == pytest.approx(found[0].stderr, rel=0.3)


def test_whole_numbers_have_no_error() -> None:
    X = cloud(100, np.arange(1.0, 6))
    for criterion in ("threshold", "kaiser", "broken_stick", "maxgap"):
        found = rs.id_pca(X, criterion=criterion)
        assert (found.stderr, found.interval, found.options["error"]) == (None, None, None)
    assert rs.id_pca(X, error=None).stderr is None


def test_exact_rank() -> None:
    flat = cloud(50, np.ones(2)) @ np.array([[1.0, 0, 2, 0], [0, 1, 0, 3]])
    assert rs.id_pca(flat, criterion="maxgap").value == 2
    assert rs.id_pca(flat, criterion="threshold", share=1).value == 2
    line = np.arange(5.0)[:, None]
    for criterion in PEERS:
        assert rs.id_pca(line, criterion=criterion).value == pytest.approx(1)


def test_too_few_points_to_correct() -> None:
    with pytest.raises(DegenerateDataError, match="5 points spread evenly over all 4 directions"):
        rs.id_pca(np.eye(5), correct=True)
    assert rs.id_pca(np.eye(5)).value == pytest.approx(4)


def test_memory_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_id_pca, "memory_available", lambda: 1 << 20)
    with pytest.raises(MemoryBudgetError, match="for the 300 x 300 products of 500 points with 300 features"):
        rs.id_pca(np.random.default_rng(0).normal(size=(500, 300)))


def test_bad_input() -> None:
    X = cloud(50, np.ones(4))
    with pytest.raises(UnknownNameError, match="Did you mean 'broken_stick'"):
        rs.id_pca(X, criterion="brokenstick")
    with pytest.raises(
        InputError, match="correct=True of id_pca goes with criterion='participation' only. Got criterion='kaiser'"
    ):
        rs.id_pca(X, criterion="kaiser", correct=True)
    with pytest.raises(InputError, match="error='subsample' of id_pca goes with"):
        rs.id_pca(X, criterion="maxgap", error="subsample")
    with pytest.raises(InputError, match=r"share of id_pca must be a number in \(0, 1\]. Got 0"):
        rs.id_pca(X, criterion="threshold", share=0)
    with pytest.raises(DegenerateDataError, match="All 5 rows are identical"):
        rs.id_pca(np.ones((5, 3)))
