"""The penalty that each fold's probe gets, without trying the weakest where they cannot be wanted."""

import numpy as np
import pytest

from repscape.measures.probes._choose_penalty import choose_penalty
from repscape.measures.probes._folds import Outer

PARTS = 5
PENALTIES = np.logspace(-2, 5, 8)


def folds() -> tuple[Outer, ...]:
    parts = np.eye(PARTS, dtype=bool)
    return tuple(
        Outer(~parts[i], parts[i], tuple((~parts[i] & ~parts[j], parts[j]) for j in range(PARTS) if j != i))
        for i in range(PARTS)
    )


def solver(curve, tried):
    """Fits whose loss at a penalty is known: so much a row, a little different in each part."""

    def solve(fits, start, on):
        level = np.searchsorted(PENALTIES, fits.penalty)
        tried.extend(level.tolist())
        assert start is None or len(start) == len(level)
        return level[:, None] * np.ones(3), np.where(on, 10 * (curve[level][:, None] + 0.01 * np.arange(PARTS)), 0.0)

    return solve


@pytest.mark.parametrize(
    ("curve", "best", "weakest"),
    [
        ([9, 8, 7, 3, 2, 1, 5, 9], 5, 3),  # rises from the fifth on: what is weaker than the first wave is not tried
        ([9, 8, 3, 2, 1, 5, 6, 9], 4, 3),
        ([9, 8, 1, 2, 3, 5, 6, 9], 2, 1),  # one rise in every validation is enough
        ([1, 2, 3, 4, 5, 6, 7, 9], 0, 0),
        ([4, 4, 4, 4, 4, 4, 4, 4], 7, 0),  # of equals the strongest, and no rise
    ],
)
def test_least_loss_is_chosen_and_no_more_is_tried_than_needed(curve, best, weakest):
    tried: list[int] = []
    counts = np.full(PARTS, 10)
    found = choose_penalty(solver(np.array(curve, dtype=float), tried), folds(), PENALTIES, counts=counts)
    assert (found.level == best).all()
    assert min(tried) == weakest
    assert len(tried) == 10 * (8 - weakest), "each pair of parts is left out once, for each penalty"
    others = [np.arange(PARTS)[np.arange(PARTS) != i].mean() for i in range(PARTS)]
    np.testing.assert_allclose(found.dev, curve[best] + 0.01 * np.array(others))
    np.testing.assert_array_equal(found.start, best)


def test_a_single_validation_must_rise_twice():
    parts = np.eye(3, dtype=bool)
    outer = (Outer(parts[0], parts[2], ((parts[0], parts[1]),)),)
    tried: list[int] = []

    def solve(fits, start, on):
        level = np.searchsorted(PENALTIES, fits.penalty)
        tried.extend(level.tolist())
        curve = np.array([0.0, 9, 9, 3, 2.5, 2, 3, 4])  # the last dip lies behind two rises
        return level[:, None] * np.ones(1), np.where(on, curve[level][:, None], 0.0)

    found = choose_penalty(solve, outer, PENALTIES, counts=np.ones(3, dtype=int))
    assert found.level.tolist() == [5]
    assert min(tried) == 3
