"""Stores in fewer bits: what is kept, how far it moved, and where that is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, StudyMismatchError, UnknownNameError
from repscape.study import describe
from repscape.study._rounding import Rounding

LAYER = LayerInfo("h", 0, 0.0)
ROWS = np.random.default_rng(0).normal(size=(60, 24)).astype(np.float32)


def net() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(24, 16), torch.nn.Tanh(), torch.nn.Linear(16, 8))


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_rows_are_rounded_as_torch_rounds_them(kind: str) -> None:
    values = np.array([[1.00390625, -1.01171875, 3e-41, 0.0], [65504.0, 1e-3, np.pi, -7.0]], dtype=np.float32)
    kept = Rounding(kind).of({LAYER: values})[LAYER]
    np.testing.assert_array_equal(kept, torch.from_numpy(values).to(getattr(torch, kind)).float().numpy())
    again = Rounding(kind).of({LAYER: kept})[LAYER]  # what copies of an example take again
    np.testing.assert_array_equal(again, kept)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_the_errors_that_are_told_are_the_largest(kind: str) -> None:
    rounding = Rounding(kind)
    kept = [rounding.of({LAYER: part})[LAYER] for part in (ROWS[:40], ROWS[40:])]
    rows, distances = [], []
    for exact, near in zip((ROWS[:40], ROWS[40:]), kept, strict=True):
        exact, near = exact.astype(np.float64), np.asarray(near, dtype=np.float64)
        rows += [np.linalg.norm(a - b) / np.linalg.norm(a) for a, b in zip(exact, near, strict=True)]
        for i in range(len(exact)):
            for j in range(i):
                true = np.linalg.norm(exact[i] - exact[j])
                distances.append(abs(np.linalg.norm(near[i] - near[j]) - true) / true)
    assert rounding.errors["h"]["row"] == pytest.approx(max(rows))
    assert rounding.errors["h"]["distance"] == pytest.approx(max(distances))
    assert 0 < max(distances) < {"float16": 1e-3, "bfloat16": 8e-3}[kind]


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_a_store_says_how_far_its_rows_were_moved(kind: str, tmp_path: Path) -> None:
    exact = rs.extract(net(), ROWS, to=tmp_path / "exact", layers="*")
    store = rs.extract(net(), ROWS, to=tmp_path / "kept", layers="*", store_dtype=kind, slab_rows=25)
    for key in exact.layers:
        wanted = torch.from_numpy(np.asarray(exact[key])).to(getattr(torch, kind)).float().numpy()
        np.testing.assert_array_equal(np.asarray(store[key], dtype=np.float32), wanted)
    assert store["0"].dtype == (np.float16 if kind == "float16" else np.float32)
    assert store.provenance["options"]["store_dtype"] == kind
    held = store.state["rounding"]
    assert (held["dtype"], set(held["errors"])) == (kind, set(store.layers))
    said = f"rows are kept as {kind}: the largest relative error of a row is"
    assert any(note.startswith(said) for note in describe(tmp_path / "kept")["notes"])
    results = rs.run(store, rs.Plan(measures=["id_twonn"]))
    assert any(warning.startswith(said) for warning in results.warnings)
    assert results.provenance["source"]["extracted"][""]["rounding"] == held
    assert "rounding" not in exact.state


def test_a_store_goes_on_in_its_own_dtype_alone(tmp_path: Path) -> None:
    whole = rs.extract(net(), ROWS, to=tmp_path / "whole", layers="*", store_dtype="float16", slab_rows=25)

    def stop(done: int, total: int, what: str) -> None:
        if done == 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rs.extract(net(), ROWS, to=tmp_path / "a", layers="*", store_dtype="float16", slab_rows=25, progress=stop)
    with pytest.raises(StudyMismatchError, match="store_dtype"):
        rs.extract(net(), ROWS, to=tmp_path / "a", layers="*", slab_rows=25)
    again = rs.extract(net(), ROWS, to=tmp_path / "a", layers="*", store_dtype="float16", slab_rows=25)
    assert again.state["rounding"] == whole.state["rounding"]
    np.testing.assert_array_equal(np.asarray(again["2"]), np.asarray(whole["2"]))


def test_what_float16_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"float16 ends at 65,504. Got 7e\+04. Take 'bfloat16'"):
        Rounding("float16").of({LAYER: np.float32([[1.0, 7e4]])})
    with pytest.raises(
        UnknownNameError, match="store_dtype of extract must be one of 'float32', 'float16', 'bfloat16'"
    ):
        rs.extract(net(), ROWS, to=tmp_path / "a", store_dtype="float8")
