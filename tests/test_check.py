"""What validation says of values that numpy would take without a word."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import repscape as rs
from repscape import _check
from repscape.errors import InputError, InputTypeError

X = np.random.default_rng(0).normal(size=(30, 3))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (np.int64(1), "1"),
        (np.float32(0.5), "0.5"),
        (np.bool_(True), "True"),
        (np.str_("a"), "'a'"),
        ([np.int8(1), (np.float64(2),)], "[1, (2.0,)]"),
        ((), "()"),
        (None, "None"),
    ],
)
def test_values_are_written_as_python_s_own(value: Any, written: str) -> None:
    assert _check.shown(value) == written


@pytest.mark.parametrize("k", [np.int64(0), np.int32(-3), np.float64(2.0)])
def test_no_message_has_a_name_of_numpy_s(k: Any) -> None:
    with pytest.raises(InputError) as caught:
        rs.knn_graph(X, k)
    assert f"Got {k.item()}" in str(caught.value)
    assert "np." not in str(caught.value)


@pytest.mark.parametrize("measure", [rs.id_twonn, rs.id_pca, lambda X: rs.sim_cka(X, X), lambda X: rs.knn_graph(X, 3)])
def test_a_mask_is_refused_and_not_dropped(measure: Any) -> None:
    with pytest.raises(InputError, match="must not be masked: 1 of 90 entries are, and their mask would be lost"):
        measure(np.ma.masked_array(X, np.arange(90).reshape(30, 3) == 7))
    measure(np.ma.masked_array(X, False))


@pytest.mark.parametrize("rows", [[[1, 2], [3]], [[1.0], [2.0, 3.0], []], [[[1], [2]], [[1]]]])
def test_rows_of_other_lengths_are_refused(rows: Any) -> None:
    with pytest.raises(InputError, match="X of id_twonn must have rows of one length"):
        rs.id_twonn(rows)


@pytest.mark.parametrize(
    "labels", [np.arange(30) * 1j, np.zeros(30, dtype=[("a", "i4"), ("b", "i4")]), np.zeros(30, dtype="V4")]
)
def test_labels_that_are_none(labels: Any) -> None:
    with pytest.raises(InputTypeError, match="labels of overlap_labels must hold text, numbers or dates"):
        rs.overlap_labels(rs.knn_graph(X, 3), labels, k=3)
