"""What one space adds to another: against the measure itself, what its p-value is of, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).normal(size=(120, 4))


def test_what_is_added() -> None:
    Y = X[:, :2]
    adds = rs.imbalance_conditional(X[:, [1]], X[:, [0]], Y, permutations=19)
    known = rs.imbalance_conditional(X[:, [0]], X[:, [0]], Y)
    without = rs.information_imbalance(X[:, [0]], Y, error=None).value
    assert adds.details["without"] == pytest.approx(without)
    assert adds.details["together"] == pytest.approx(without - adds.value)
    assert (adds.p_value, adds.calibrated > 0.5) == (0.05, True)
    assert adds.details["p_related"] > 0.1
    assert known.value == 0.0  # nothing that is known already adds


@pytest.mark.parametrize("shape", ["part", "wave", "square"])
def test_no_p_of_what_is_related_to_what_is_known(shape: str) -> None:
    # Nothing beyond Z, yet Z stretched along what Y depends on: relabelled, which parts X from Z, it would always pass.
    passes, gains = 0, []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        Z, noise = rng.normal(size=(80, 3)), rng.normal(size=80)
        part = Z[:, 0]
        own = {"part": part, "wave": np.sin(3 * part) + 0.3 * noise, "square": part**2 + 0.3 * noise}[shape]
        Y = np.c_[2 * part + 0.1 * rng.normal(size=80), 0.3 * Z[:, 1]]
        found = rs.imbalance_conditional(own[:, None], Z, Y, permutations=19)
        gains.append(found.value)
        if found.details["p_related"] > 0.1:
            passes += found.p_value <= 0.05
            continue
        assert (found.p_value, found.chance, found.calibrated) == (None, None, None)
        assert found.options["null"].startswith("none: X is related to Z (p = ")
    assert min(gains) > 0
    assert passes <= 1


def test_groups_are_wholes_and_few_arrangements_say_nothing() -> None:
    groups = np.repeat(np.arange(30), 4)
    found = rs.imbalance_conditional(X[:, [1]], X[:, [0]], X[:, :2], permutations=19, groups=groups)
    assert found.options["error"] == "jackknife over groups"
    assert "of the groups of X" in found.options["null"]
    few = rs.imbalance_conditional(X[:, [1]], X[:, [0]], X[:, :2], permutations=5, groups=np.repeat([0, 1, 2], 40))
    assert few.p_value is None
    assert few.options["null"] == "none: of 6 arrangements none can show that X is unrelated to Z"


def test_few_examples() -> None:
    found = rs.imbalance_conditional(X[:4, :2], X[4:8, :2], X[8:12, :2], permutations=23)  # halves would be too small
    assert (found.stderr, found.interval, found.options["error"]) == (None, None, None)
    for few in (5, 6, 7):
        rs.imbalance_conditional(X[:few, :2], X[:few, 2:], X[:few], k=2)


def test_bad_input() -> None:
    with pytest.raises(InputError, match=r"same examples"):
        rs.imbalance_conditional(X, X[:50], X)
    with pytest.raises(InputError, match=r"permutations must be at most 5: 12 examples under these groups"):
        rs.imbalance_conditional(X[:12], X[:12], X[:12], permutations=200, groups=np.repeat([0, 1, 2], 4))
    with pytest.raises(InputError, match=r"X of imbalance_conditional must have at least 3 points"):
        rs.imbalance_conditional(X[:2], X[:2], X[:2])
    with pytest.raises(InputError, match=r"Z of imbalance_conditional must hold points that differ"):
        rs.imbalance_conditional(X, X * 0, X)
