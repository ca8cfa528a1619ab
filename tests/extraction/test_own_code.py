"""Functions and networks of somebody's own that raise, need arguments or call exit: one sentence that says where."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError, InputTypeError
from repscape.extraction import open_model

NETWORK = """
import sys, torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.nn.Linear(3, 3)
    def forward(self, x):
        {forward}
def preprocess(inputs):
    {preprocess}
def build():
    return Net(), preprocess
"""
BUILDERS = {
    "raises": ("def build():\n    raise RuntimeError('no luck')\n", r"own_raises.py, line 2: RuntimeError: no luck. That"),
    "needs arguments": ("def build(path):\n    return path\n", "TypeError: .*missing 1 required positional argument"),
    "calls exit": ("import sys\ndef build():\n    sys.exit(3)\n", "line 3: SystemExit: 3"),
    "calls exit when imported": ("raise SystemExit\n", "line 1: SystemExit. That"),
    "raises when imported": ("raise ValueError('at import')\n", "line 1: ValueError: at import"),
    "is no Python": ("def build(:\n", r"SyntaxError: invalid syntax \(own_is_no_python.py, line 1\)"),
    "needs a package": ("import nothing_of_the_kind\n", "No module named 'nothing_of_the_kind'"),
    "never ends": ("def build():\n    return build()\n", "RecursionError"),
    "returns nothing": ("def build():\n    return None\n", "must be a torch.nn.Module. Got NoneType"),
    "returns text": ("def build():\n    return 'bert'\n", "must be a torch.nn.Module. Got str"),
    "is no function": ("build = 3\n", "has no function 'build'"),
}  # fmt: skip


@pytest.mark.parametrize("case", BUILDERS)
def test_a_function_that_builds_no_model(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, message = BUILDERS[case]
    name = f"own_{case.replace(' ', '_').lower()}"
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    with pytest.raises((InputError, InputTypeError), match=message) as caught:
        open_model(f"{name}:build")
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("model of ")


@pytest.mark.parametrize(
    ("forward", "preprocess", "message"),
    [
        ("raise ValueError('fwd')", "return torch.zeros(len(inputs), 3)", r"\.py, line 8: ValueError: fwd"),
        ("sys.exit(5)", "return torch.zeros(len(inputs), 3)", "line 8: SystemExit: 5"),
        ("return self.a(x)", "raise TypeError('pre')", "preprocess of open_model failed at .*, line 10: TypeError: pre"),
        ("return self.a(x)", "return None", "must be Tensor, not NoneType"),
        ("return self.a(x)", "return torch.zeros(len(inputs), 7)", "RuntimeError: mat1 and mat2 shapes cannot be multiplied"),
    ],
)  # fmt: skip
def test_a_network_that_fails(
    forward: str, preprocess: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"net_{abs(hash((forward, preprocess)))}"
    (tmp_path / f"{name}.py").write_text(NETWORK.format(forward=forward, preprocess=preprocess))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        rs.extract(f"{name}:build", ["one", "two"], to=tmp_path / "out.zarr")
    assert not (tmp_path / "out.zarr").exists()


def test_a_measure_of_ones_own_cannot_change_the_points() -> None:
    X = np.random.default_rng(0).normal(size=(60, 4))

    def greedy(X: np.ndarray) -> float:
        X[:] = 0
        return 1.0

    mine = rs.Measure("greedy", greedy, takes=("points",), arity=1)
    before = X.copy()
    with pytest.warns(rs.errors.RepscapeWarning, match="greedy failed"):
        results = rs.run({"a": X}, rs.Plan(measures=[mine, ("id_mle", {"k": 3})]))
    np.testing.assert_array_equal(X, before)
    assert [failure.measure for failure in results.failed] == ["greedy"]
    assert "read-only" in results.failed[0].error
    alone = rs.run({"a": X}, rs.Plan(measures=[("id_mle", {"k": 3})]))
    assert [float(record.result) for record in results] == [float(record.result) for record in alone]
