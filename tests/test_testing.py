"""`repscape.testing.check_measure`: what keeps its promises passes, and every promise that is broken is named."""

from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputTypeError, UnknownNameError
from repscape.testing import check_measure


def checked(*arrays: np.ndarray) -> None:
    for array in arrays:
        if not np.isfinite(array).all():
            raise ValueError("points must be finite")


def far(X: np.ndarray, Y: np.ndarray) -> float:
    """Distance between the angles that points have to each other."""
    checked(X, Y)
    held = [array / np.linalg.norm(array, axis=1, keepdims=True) for array in (X, Y)]
    one, other = (array @ array.T for array in held)
    return float(np.abs(one - other).mean())


KEPT = {"bounds": (0.0, 2.0), "invariant_to": ("rotation", "scaling", "permutation")}
FAR = {**KEPT, "fn": far, "arity": 2, "symmetric": True, "alike": -1}


def neighbours(graph: rs.NeighborGraph, labels: np.ndarray, *, k: int = 5) -> float:
    return float((labels[graph.truncate(k).indices] == labels[:, None]).mean())


def test_measures_that_keep_their_promises_pass() -> None:
    check_measure(rs.Measure("mylab.far", **FAR))
    same = ("rotation", "translation", "scaling", "permutation")
    check_measure(rs.Measure("mylab.near", fn=neighbours, takes=("graph", "labels"), bounds=(0, 1), invariant_to=same))
    check_measure(rs.measures.MEASURES["sim_procrustes"])
    check_measure(rs.measures.MEASURES["sim_procrustes"].under({"form": "similarity"}), options={"form": "similarity"})
    check_measure(rs.measures.MEASURES["id_gride"], options={"max_rank": 16})


def writes(X: np.ndarray, Y: np.ndarray) -> float:
    value = far(X, Y)
    X -= X.mean()
    return value


def draws(X: np.ndarray, Y: np.ndarray) -> float:
    return far(X, Y) + 1e-3 * float(np.random.rand())  # noqa: NPY002


def swallows(X: np.ndarray, Y: np.ndarray) -> float:
    return far(np.nan_to_num(X, posinf=0), Y)


def passes_on(X: np.ndarray, Y: np.ndarray) -> float:
    return far(np.ones_like(X), Y) if np.isfinite(X).all() else float("nan")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bounds": (0.0, 0.01)}, "- bounds: mylab.far gave .* above its bound 0.01"),
        ({"bounds": (0.05, 2.0)}, "- bounds: mylab.far gave .* below its bound 0.05"),
        (
            {"invariant_to": ("rotation", "scaling", "permutation", "translation")},
            "- invariance under translation: .* became",
        ),
        ({"invariant_to": ("rotation", "scaling")}, "- invariance under permutation: mylab.far does not say"),
        ({"symmetric": False}, "- symmetry: .* symmetric=False"),
        ({"alike": 1}, "- alike: .* alike=1"),
        ({"fn": writes}, "- input untouched: mylab.far does not take read-only input"),
        ({"fn": draws}, "- determinism: mylab.far gave .* and, called again"),
        ({"fn": swallows}, "- NaN refused: mylab.far took nan and gave .*; it must raise a ValueError"),
        ({"fn": passes_on}, "- NaN refused: mylab.far took nan"),
        (
            {"fn": lambda X, Y: "much"},
            "- bounds: raised InputTypeError: .* must return an Estimate, a Curve or a number",
        ),
        ({"fn": lambda X, Y: float("nan")}, "- bounds: mylab.far gave .*nan.*, which is not finite"),
        ({"fn": lambda X: 1.0}, "- bounds: raised TypeError"),
    ],
)
def test_every_broken_promise_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        check_measure(rs.Measure("mylab.far", **{**FAR, **change}))


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(AssertionError) as told:
        check_measure(rs.Measure("mylab.far", **{**FAR, "alike": 1, "symmetric": False}))
    assert str(told.value).splitlines()[0] == "mylab.far does not keep what its row promises:"
    assert [line.split(":")[0] for line in str(told.value).splitlines()[1:]] == ["- symmetry", "- alike"]


def test_the_global_random_state_is_as_it_was() -> None:
    np.random.seed(5)  # noqa: NPY002
    expected = np.random.rand()  # noqa: NPY002
    np.random.seed(5)  # noqa: NPY002
    check_measure(rs.Measure("mylab.far", **FAR))
    assert np.random.rand() == expected  # noqa: NPY002


def test_bad_input() -> None:
    with pytest.raises(InputTypeError, match="measure of check_measure must be a Measure. Got str"):
        check_measure("id_twonn")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="mylab.far has no option 'k'"):
        check_measure(rs.Measure("mylab.far", **FAR), options={"k": 3})
