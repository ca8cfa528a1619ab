"""The study of intervals on real sets: how a cell is judged, that it goes on where it stopped, and in small on real data."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.data_files import data_file

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def study() -> ModuleType:
    return script("calibration_real")


def test_a_cell_by_hand(study: ModuleType) -> None:
    # Mean 2; intervals reach 1 either way, narrowed by sqrt(1 - .36) = .8: those of 1.3 and 2.7 hold it, the others do not.
    rows = np.array([[v, 0.5, v - 1, v + 1, 0.0] for v in (1.0, 1.3, 2.7, 3.0)])
    ratio, covers = study.judged(rows, "overlap_labels", 0.36)
    assert covers == 0.5
    assert ratio == pytest.approx(0.5 * 0.8 / np.std([1, 1.3, 2.7, 3], ddof=1))
    assert study.judged(rows, "id_twonn", 0.36)[1] == 0.5  # sqrt(1 - .36^3) = .976
    silent = np.full((4, 5), math.nan)
    assert all(math.isnan(one) for one in study.judged(silent, "sim_cca", 0.1))


def test_it_goes_on_and_writes_its_table(study: ModuleType, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=(600, 4))
    y, v = (first[:, 0] > 0).astype(int), first[:, 1]
    np.savez(tmp_path / "sets.npz", L0=first, L1=first[:, :3] + 0.1 * rng.normal(size=(600, 3)), y=y, v=v)
    file = tmp_path / "sets-120.json"
    study.run(tmp_path / "sets.npz", file, n=120, runs=2, seed=0)
    study.run(tmp_path / "sets.npz", file, n=120, runs=3, seed=0)
    held = json.loads(file.read_text())
    assert held["runs"] == 3
    assert {len(rows) for rows in held["numbers"].values()} == {3}
    assert len({row[0] for row in held["numbers"]["id_twonn"]}) == 3
    study.run(tmp_path / "sets.npz", file, n=120, runs=4, slow_runs=3, seed=0)
    held = json.loads(file.read_text())["numbers"]
    assert (len(held["id_twonn"]), len(held["information_imbalance"])) == (4, 3)
    written = study.table(tmp_path)
    assert written.startswith("### Samples of 120\n\n| number | sets (4 runs) |")
    assert "| `sim_rsa` |" in written
    assert "(3 runs)" in written


def test_what_is_off_beyond_the_noise_is_marked(study: ModuleType) -> None:
    assert not study.fails(1.0, 0.95, 1000)
    assert not study.fails(1.0, 0.90, 100)  # ten runs in a hundred may miss by luck
    assert study.fails(1.0, 0.88, 1000)
    assert study.fails(1.0, 1.0, 1000)
    assert study.fails(0.84, 0.95, 1000)
    assert study.fails(1.26, 0.95, 1000)


@pytest.mark.slow
def test_intervals_hold_on_words(study: ModuleType, tmp_path: Path) -> None:
    """In small: 60 samples of 300 words; a share of .95 is known to .028, and no number may fall far below."""
    for name in ("glove_6B_50d_subset.npz", "glove_twitter_25d_12k.npz"):
        folder = data_file(name).parent
    (sets,) = script("populations").build(tmp_path, folder, ["words"])
    file = tmp_path / "words-300.json"
    study.run(sets, file, n=300, runs=60, seed=0)
    held = json.loads(file.read_text())
    covers = {name: study.judged(np.array(rows), name, 300 / held["N"])[1] for name, rows in held["numbers"].items()}
    covers = {name: share for name, share in covers.items() if not math.isnan(share)}  # some have no error here
    assert len(covers) >= 12
    assert min(covers.values()) > 0.85, covers
