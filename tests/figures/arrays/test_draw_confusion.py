"""Confusion matrices, through what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError
from repscape.figures import draw_confusion


def probe(value: float, *, metric: str = "accuracy", **details: object) -> rs.Estimate:
    return rs.Estimate(
        value=value,
        n=20,
        stderr=0.01,
        interval=(value - 0.02, value + 0.03),
        chance=0.5,
        options={"metric": metric},
        details=details,
    )


def test_confusion_has_the_true_classes_along_the_rows():
    counts = np.array([[8, 2], [1, 9]])
    held = {f"h.{i}": probe(0.85, confusion=counts + i, classes=np.array(["cat", "dog"])) for i in range(2)}
    figure = draw_confusion(held)
    first, second, _ = figure.axes
    np.testing.assert_allclose(first.images[0].get_array(), [[0.8, 0.2], [0.1, 0.9]])
    assert first.yaxis_inverted(), "the first class is on top, as in a table"
    written = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in first.texts}
    assert written == {(0, 0): "8", (0, 1): "2", (1, 0): "1", (1, 1): "9"}
    assert first.get_title(loc="left") == "h.0: 85.0% right"
    assert second.get_xlabel() == "predicted"
    assert [label.get_text() for label in second.get_xticklabels()] == ["cat", "dog"]


def test_many_classes_are_coloured_and_not_written():
    counts, names = np.eye(70, dtype=int), np.array([f"family {i}" for i in range(70)])
    figure = draw_confusion({"h": probe(1.0, confusion=counts, classes=names)})
    assert not figure.axes[0].texts
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()][:3] == ["family 0", "family 3", "family 6"]


def test_what_has_no_confusion_is_refused():
    with pytest.raises(InputError, match="'h' has no confusion matrix"):
        draw_confusion({"h": probe(0.4, metric="r2")})
    with pytest.raises(InputError, match="1 to 9 layers. Got 10"):
        draw_confusion({str(i): probe(0.4) for i in range(10)})
