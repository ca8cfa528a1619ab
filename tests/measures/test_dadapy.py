"""The peer's figures, to the digits it printed, under the option that names its convention.

Made by tests/golden/dadapy/make_golden.py with DADApy 0.3.4 in an environment of its own; the inputs are kept beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import repscape as rs

FOLDER = Path(__file__).parents[1] / "golden" / "dadapy"
EXPECTED: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
TEN_DIGITS = 1e-9
SEARCHED = 1e-6
"""The peer's Gride halves an interval of dimensions down to 1e-7; ours solves for the maximum."""


@pytest.fixture(scope="module")
def inputs() -> dict[str, np.ndarray]:
    with np.load(FOLDER / "inputs.npz") as held:
        return {name: held[name] for name in held.files}


def printed(name: str) -> Any:
    """Return the number or numbers that the peer printed."""
    found = EXPECTED[name]
    return float(found) if isinstance(found, str) else [float(entry) for entry in found]


def test_which_peer() -> None:
    assert EXPECTED["made_with"]["dadapy"] == "0.3.4"
    checked = {"made_with", "gride", "gride_error", "gride_scale", *(name for name, _, _ in ESTIMATES)}
    checked |= {name for name in EXPECTED if name.startswith(("imbalance_", "data_overlap"))}
    assert checked == set(EXPECTED)


def test_gride_and_its_model_errors(inputs: dict[str, np.ndarray]) -> None:
    ours = rs.id_gride(inputs["X"], max_rank=128, outliers="dadapy", duplicates="drop", error="model")
    np.testing.assert_allclose(ours.values, printed("gride"), rtol=SEARCHED)
    np.testing.assert_allclose(ours.stderr, printed("gride_error"), rtol=SEARCHED)


def test_gride_scale(inputs: dict[str, np.ndarray]) -> None:
    # The peer averages the distances of both ranks; ours stand at the upper one, and the lower ones at half the rank.
    graph = rs.knn_graph(inputs["X"], 128)
    ranks = 2 ** np.arange(7)
    ours = (graph.distances[:, ranks - 1] + graph.distances[:, 2 * ranks - 1]).mean(axis=0) / 2
    np.testing.assert_allclose(ours, printed("gride_scale"), rtol=TEN_DIGITS)
    upper = rs.id_gride(graph, max_rank=128, error="model").details["distance"]
    np.testing.assert_allclose(ours[1:], (upper[:-1] + upper[1:]) / 2, rtol=1e-12)


ESTIMATES = [
    (
        "twonn_fit",
        lambda d: rs.id_twonn(d["X"], estimator="fit", fraction=0.9, duplicates="drop", error="model").value,
        1e-7,
    ),
    ("twonn_mle", lambda d: rs.id_twonn(d["X"], estimator="mle", duplicates="drop", error="model").value, TEN_DIGITS),
    ("twonn_bayes", lambda d: bayes(d).value, TEN_DIGITS),
    ("twonn_bayes_error", lambda d: bayes(d).stderr, TEN_DIGITS),
    ("labels_plain", lambda d: labels(d, k=30), TEN_DIGITS),
    ("labels_classes", lambda d: labels(d, k=30, weights="classes"), TEN_DIGITS),
    ("labels_fraction", lambda d: labels(d, class_fraction=0.2), TEN_DIGITS),
    ("labels_fraction_classes", lambda d: labels(d, class_fraction=0.2, weights="classes"), TEN_DIGITS),
]


def bayes(data: dict[str, np.ndarray]) -> rs.Estimate:
    """The peer's prior, Gamma(2, 5)."""
    return rs.id_twonn(data["X"], estimator="bayes", prior=(2.0, 5.0), duplicates="drop", error="model")


def labels(data: dict[str, np.ndarray], **options: Any) -> float:
    return rs.overlap_labels(rs.knn_graph(data["X"], 100), data["labels"], **options).value


@pytest.mark.filterwarnings("ignore::repscape.errors.RepscapeWarning")  # the prior pulls at 600 points: that is checked
@pytest.mark.parametrize(("name", "ours", "within"), ESTIMATES, ids=[name for name, *_ in ESTIMATES])
def test_dimension_and_label_overlap(name: str, ours: Any, within: float, inputs: dict[str, np.ndarray]) -> None:
    assert ours(inputs) == pytest.approx(printed(name), rel=within)


@pytest.mark.parametrize(("name", "other"), [("data_overlap", "Y"), ("data_overlap_unrelated", "Z")])
def test_data_overlap(name: str, other: str, inputs: dict[str, np.ndarray]) -> None:
    ours = rs.overlap_neighbors(rs.knn_graph(inputs["X"], 30), rs.knn_graph(inputs[other], 30), k=30)
    assert ours.value == pytest.approx(printed(name), rel=TEN_DIGITS)


@pytest.mark.parametrize("k", [1, 5])
@pytest.mark.parametrize("other", ["Y", "Z"])
def test_information_imbalance(other: str, k: int, inputs: dict[str, np.ndarray]) -> None:
    ours = rs.information_imbalance(inputs["X"], inputs[other], k=k)
    assert ours.value == pytest.approx(printed(f"imbalance_{other}_{k}"), rel=TEN_DIGITS)
    assert ours.details["reverse"] == pytest.approx(printed(f"imbalance_{other}_{k}_reverse"), rel=TEN_DIGITS)
