"""Pools against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from repscape.errors import InputError
from repscape.extraction._pool import Batch, pool_state

# Two texts: [CLS] a b c [SEP], and [CLS] d [SEP] with two paddings.
REAL = torch.tensor([[False, True, True, True, False], [False, True, False, False, False]])
TEXT = Batch({}, 2, REAL, lead=1)
STATE = torch.arange(2 * 5 * 3, dtype=torch.float32).view(2, 5, 3) ** 2 % 17 - 5
IMAGES = torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).view(2, 3, 2, 2)


def pooled(state: torch.Tensor, how: str, batch: Batch = TEXT) -> np.ndarray:
    return pool_state(state, how, batch=batch, name="part").numpy()


def test_tokens_of_texts() -> None:
    rows = STATE.numpy()
    np.testing.assert_allclose(pooled(STATE, "mean"), [rows[0, 1:4].mean(0), rows[1, 1]], rtol=1e-6)
    np.testing.assert_array_equal(pooled(STATE, "max"), [rows[0, 1:4].max(0), rows[1, 1]])
    np.testing.assert_array_equal(pooled(STATE, "first"), rows[:, 1])
    np.testing.assert_array_equal(pooled(STATE, "last"), [rows[0, 3], rows[1, 1]])
    np.testing.assert_array_equal(pooled(STATE, "cls"), rows[:, 0])
    np.testing.assert_array_equal(pooled(STATE, "token"), [*rows[0, 1:4], rows[1, 1]])
    assert TEXT.counts("token", 4) == [3, 1]
    assert TEXT.counts("mean", 2) == [1, 1]


def test_patches_behind_a_class_token() -> None:
    batch, rows = Batch({}, 2, lead=1), STATE.numpy()
    np.testing.assert_allclose(pooled(STATE, "mean", batch), rows[:, 1:].mean(1), rtol=1e-6)
    np.testing.assert_array_equal(pooled(STATE, "flatten", batch), rows[:, 1:].reshape(2, -1))
    np.testing.assert_array_equal(pooled(STATE, "token", batch), rows[:, 1:].reshape(-1, 3))
    np.testing.assert_array_equal(pooled(STATE, "last", batch), rows[:, -1])
    np.testing.assert_array_equal(pooled(STATE, "first", batch), rows[:, 1])
    assert batch.counts("token", 8) == [4, 4]


def test_maps_of_channels() -> None:
    batch, maps = Batch({}, 2), IMAGES.numpy()
    np.testing.assert_allclose(pooled(IMAGES, "mean", batch), maps.mean((2, 3)))
    np.testing.assert_array_equal(pooled(IMAGES, "max", batch), maps.max((2, 3)))
    np.testing.assert_array_equal(pooled(IMAGES, "flatten", batch), maps.reshape(2, -1))
    np.testing.assert_array_equal(pooled(IMAGES, "token", batch)[1], maps[0, :, 0, 1])


def test_vectors_pass() -> None:
    vectors = torch.randn(2, 4)
    for how in ("mean", "max", "last", "first", "flatten"):
        np.testing.assert_array_equal(pooled(vectors, how), vectors.numpy())


@pytest.mark.parametrize("how", ["mean", "max", "first", "last", "cls", "token"])
@pytest.mark.parametrize("batch", [TEXT, Batch({}, 2, lead=1)])
def test_the_result_is_float32_in_memory_of_its_own(how: str, batch: Batch) -> None:
    for dtype in (torch.float32, torch.bfloat16):
        state = STATE.to(dtype)
        found = pool_state(state, how, batch=batch, name="part")
        before = found.clone()
        state.zero_()
        assert found.dtype == torch.float32
        assert torch.equal(found, before)


def test_means_of_half_precision_are_summed_in_float32() -> None:
    state = torch.full((1, 4096, 1), 1.0, dtype=torch.bfloat16)
    state[0, :16] = 3.0
    every = Batch({}, 1, torch.ones(1, 4096, dtype=torch.bool))
    assert pooled(state, "mean", every)[0, 0] == pytest.approx(1 + 32 / 4096, abs=1e-6)


def test_what_has_no_meaning_is_refused() -> None:
    with pytest.raises(InputError, match="'flatten' needs inputs of one length. Got 1 to 3 tokens"):
        pooled(STATE, "flatten")
    with pytest.raises(InputError, match="'cls' needs a special token in front"):
        pooled(STATE, "cls", Batch({}, 2, REAL))
    with pytest.raises(InputError, match=r"'last' has no meaning for 'part', which is a map .*Use mean, max"):
        pooled(IMAGES, "last", Batch({}, 2))
    with pytest.raises(InputError, match="'token' has no meaning for 'part', which is one vector"):
        pooled(STATE[:, 0], "token")
    with pytest.raises(InputError, match=r"must start with the batch, \(2, ...\). Got shape \(5, 2, 3\)"):
        pooled(STATE.transpose(0, 1), "mean")
    with pytest.raises(InputError, match=r"a position for each token, \(2, 5\). Got shape \(2, 4, 3\)"):
        pooled(STATE[:, :4], "mean")
