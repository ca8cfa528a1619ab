"""A short form of the attack; the long one is `python -m tests.graph.attack 2000`."""

from __future__ import annotations

import pytest

from repscape.graph import _audit, _candidates_torch, _certify
from tests.graph.attack import MAKERS, attack


@pytest.mark.parametrize("part", range(5))
def test_every_row_of_every_set_is_right(part):
    assert {attack(seed)[0] for seed in range(part * 15, part * 15 + 15)} <= {maker.__name__ for maker in MAKERS}


def test_the_attack_sees_a_bound_that_claims_too_much(monkeypatch):
    monkeypatch.setattr(_certify.Bound, "shrink", lambda bound, scale, features: 8 / scale / scale)
    monkeypatch.setattr(_audit.Audit, "note", lambda *_: None)
    with pytest.raises(AssertionError, match="neighbour"):
        attack_many()


def test_the_attack_sees_products_that_are_not_written(monkeypatch):
    """One feature in 8 bits, as torch 2.13 leaves it, the audit switched off."""
    honest = _candidates_torch.ByteProducts.multiply
    monkeypatch.setattr(
        _candidates_torch.ByteProducts, "multiply", lambda self, a, b, room: 0 * honest(self, a, b, room)
    )
    monkeypatch.setattr(_audit.Audit, "note", lambda *_: None)
    with pytest.raises(AssertionError, match="neighbour"):
        attack_many()


def attack_many():
    for seed in range(200):
        attack(seed)
