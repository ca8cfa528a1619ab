"""Arrays of any shape for a module that takes them so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

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


def test_tensors_lists_of_arrays_series_and_images_are_taken():
    flat = np.random.default_rng(1).normal(size=(12, 5)).astype(np.float32)
    for given in (torch.from_numpy(flat), list(flat), [torch.from_numpy(row) for row in flat]):
        np.testing.assert_array_equal(rs.read_examples(given).inputs, flat)
    assert list(rs.read_examples(pd.Series(["one", "two"], index=[7, 3])).inputs) == ["one", "two"]
    grey = (255 * X[:4, 0]).astype(np.uint8)
    images = [Image.fromarray(one) for one in grey]
    found = rs.read_examples(images)
    assert found.kind == "image"
    np.testing.assert_array_equal(found.inputs, np.repeat(grey[..., None], 3, axis=3))
    sizes = rs.read_examples([grey[0], grey[1][:5]])
    assert [one.shape for one in sizes.inputs] == [(8, 8, 1), (5, 8, 1)]
    with pytest.raises(InputError, match="arrays of one shape, or images"):
        rs.read_examples([flat[0], flat[1][:3]])
    with pytest.raises(InputError, match="throughout. Got str at 1"):
        rs.read_examples([flat[0], "text"])
