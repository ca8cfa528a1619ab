"""Arrays of any shape for a module that takes them so."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError

X = np.random.default_rng(0).random((20, 1, 8, 8)).astype(np.float32)


def test_kind_array_takes_images_with_their_channels_first():
    found = rs.read_examples({"x": X, "label": np.arange(20) % 3}, kind="array")
    np.testing.assert_array_equal(found.inputs, X)
    assert found.table["label"].tolist() == (np.arange(20) % 3).tolist()
    np.testing.assert_array_equal(rs.read_examples(X, kind="array").inputs, X)


def test_what_to_do_is_said_and_what_is_unclear_is_refused():
    with pytest.raises(InputError, match=r"read_examples\(\.\.\., kind='array'\)"):
        rs.read_examples(X)
    with pytest.raises(InputError, match="which array holds the inputs"):
        rs.read_examples({"x": X, "y": X}, kind="array")
    with pytest.raises(InputError, match="finite|NaN"):
        rs.read_examples(np.where(X > 0.99, np.nan, X), kind="array")
