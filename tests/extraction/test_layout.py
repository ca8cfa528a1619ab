"""Batches of equal token budget inside a slab."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repscape.errors import InputError
from repscape.extraction import Layout
from repscape.extraction._layout import fit_budget, plan_batches


@given(st.lists(st.integers(1, 300), min_size=1, max_size=60), st.integers(1, 900))
def test_each_row_once_within_the_budget_and_longest_first(lengths: list[int], tokens: int) -> None:
    array = np.array(lengths)
    batches = plan_batches(array, Layout(slab_rows=64, batch_tokens=tokens))
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * array[batch].max() <= tokens
    walked = array[np.concatenate(batches)]
    assert (np.diff(walked) <= 0).all()


@given(st.integers(1, 50), st.integers(1, 60))
def test_a_number_of_rows_bounds_a_batch(n: int, rows: int) -> None:
    batches = plan_batches(np.arange(n), Layout(slab_rows=64, batch_rows=rows))
    assert [len(batch) for batch in batches[:-1]] == [rows] * (len(batches) - 1)
    assert sum(map(len, batches)) == n


def test_sorting_saves_padding() -> None:
    lengths = np.random.default_rng(0).integers(5, 256, 512)
    layout = Layout(slab_rows=512, batch_tokens=4096)
    padded = sum(len(batch) * lengths[batch].max() for batch in plan_batches(lengths, layout))
    unsorted = sum(16 * lengths[start : start + 16].max() for start in range(0, 512, 16))
    assert padded < 1.08 * lengths.sum()
    assert unsorted > 1.7 * lengths.sum()


def test_a_layout_survives_storage() -> None:
    layout = Layout(512, batch_tokens=4096)
    assert Layout(**dataclasses.asdict(layout)) == layout
    assert layout.halved() == Layout(512, batch_tokens=2048)
    assert Layout(512, batch_rows=1).halved() == Layout(512, batch_rows=1)


def test_a_layout_is_checked() -> None:
    with pytest.raises(InputError, match="slab_rows of extract must be an int of at least 1"):
        Layout(0, batch_rows=1)
    with pytest.raises(InputError, match="batch_tokens of extract must be an int"):
        Layout(1, batch_tokens=0)
    with pytest.raises(InputError, match="must bound a batch"):
        Layout(1)


def test_the_budget_stops_at_memory_or_where_it_no_longer_pays() -> None:
    def fits(most: int, overhead: float) -> object:
        return lambda tokens: None if tokens > most else overhead + tokens

    assert fit_budget(fits(5000, 1e9), start=1000, most=10**6) == 4000
    assert fit_budget(fits(10**9, 1e9), start=1000, most=6000) == 4000
    assert fit_budget(fits(300, 1e9), start=1000, most=10**6) == 250
    assert fit_budget(fits(10**9, 0.0), start=1000, most=10**6) == 1000
    with pytest.raises(InputError, match="not even one token fits"):
        fit_budget(lambda tokens: None, start=8, most=8)
