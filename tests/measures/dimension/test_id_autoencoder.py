"""The bottleneck curve: what it finds, what it is compared with, its repeats, a missing torch, and bad input."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, MissingExtraError
from repscape.synthetic import embedded, sphere

QUICK = {"hidden": 24, "steps": 500}


def bow(n: int = 300) -> np.ndarray:
    t = np.random.default_rng(0).uniform(0, 3, size=n)
    return np.stack([np.cos(t), np.sin(t), t / 3], axis=1)


def test_a_bent_line_has_one_curved_coordinate_and_two_straight_ones() -> None:
    curve = rs.id_autoencoder(bow(), widths=(1, 2), **QUICK)
    assert curve.x.tolist() == [1, 2]
    assert curve.values[0] < 0.02
    assert curve.details["linear"][0] > 0.1
    assert curve.details["linear"][1] < 0.01
    assert curve.details["elbow"] == 1


def test_a_sphere_needs_one_more_than_its_dimension() -> None:
    curve = rs.id_autoencoder(embedded(sphere(400, 2), 6), widths=(1, 2, 3, 6), **QUICK)
    assert curve.values[1] > 0.1
    assert curve.values[2] < 0.02
    assert curve.details["elbow"] == 3


def test_linear_part_is_that_of_held_out_rows() -> None:
    X = np.random.default_rng(0).normal(size=(60, 5)) * np.arange(1, 6)
    curve = rs.id_autoencoder(X, widths=(1, 4, 5), steps=2, held_out=0.5, rng=3)
    order = np.random.default_rng(3).permutation(60)
    test, train = X[order[:30]], X[order[30:]]
    centre = train.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(train.T))
    for place, width in enumerate((1, 4, 5)):
        top = vectors[:, ::-1][:, :width]
        rebuilt = (test - centre) @ top @ top.T + centre
        expected = ((rebuilt - test) ** 2).sum() / ((test - centre) ** 2).sum()
        assert curve.details["linear"][place] == pytest.approx(expected, abs=1e-9)


def test_repeats_give_the_spread_of_training() -> None:
    three = rs.id_autoencoder(bow(60), widths=(1, 2), steps=3, repeats=3)
    assert three.details["repeats"].shape == (3, 2)
    np.testing.assert_allclose(three.values, three.details["repeats"].mean(axis=0))
    np.testing.assert_allclose(three.stderr, three.details["repeats"].std(axis=0, ddof=1) / 3**0.5)
    assert len(set(three.details["repeats"][:, 0])) == 3
    assert rs.id_autoencoder(bow(60), widths=(1,), steps=2).stderr is None


def test_widths_by_default_go_up_to_the_features() -> None:
    assert rs.id_autoencoder(bow(30), steps=2).x.tolist() == [1, 2, 3]


def test_copies_are_never_both_learned_and_held_out() -> None:
    X = bow(40)
    copied = rs.id_autoencoder(np.concatenate([X, X]), widths=(1,), steps=2)
    assert copied.values == pytest.approx(rs.id_autoencoder(X, widths=(1,), steps=2).values, rel=1e-12)
    assert (copied.n, copied.dropped) == (40, 40)


def test_without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "repscape.measures.dimension._autoencoder_torch", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"id_autoencoder needs torch.* pip install 'repscape\[models\]'"):
        rs.id_autoencoder(bow(30))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widths": (0, 2)}, r"widths of id_autoencoder must be an int in \[1, 3\] \(features\). Got 0"),
        ({"widths": (4,)}, "Got 4"),
        ({"widths": ()}, "at least one whole number"),
        ({"steps": 0}, "steps of id_autoencoder must be an int of at least 1. Got 0"),
        ({"held_out": 1}, r"held_out of id_autoencoder must be a number in \(0, 1\). Got 1"),
    ],
)
def test_bad_input(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rs.id_autoencoder(bow(30), **options)


def test_too_few_points() -> None:
    with pytest.raises(DegenerateDataError, match="at least 10 distinct points. Got 3 in 30 rows"):
        rs.id_autoencoder(np.repeat(bow(3), 10, axis=0))
