"""The calibration study in small: our intervals hold the mean over fresh samples, the naive ones do not; it can be stopped."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks" / "calibration.py"


@pytest.fixture(scope="module")
def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def noted(study: ModuleType, tmp_path: Path, cell: object, runs: int) -> dict[str, np.ndarray]:
    study.run_cell(cell, tmp_path, runs)
    return {name: np.array(rows) for name, rows in json.loads((tmp_path / f"{cell.name}.json").read_text()).items()}


@pytest.mark.slow
def test_intervals_hold_and_naive_ones_do_not(study: ModuleType, tmp_path: Path) -> None:
    # Pooled over three populations, 120 samples: the share of a 95 % interval lies within 92 to 98 %, give or take 2 standard
    # errors of .02; the naive ones hold in 81 to 89 %.
    ours: dict[str, list[float]] = {}
    naive: list[float] = []
    for population in study.POPULATIONS:
        for name, numbers in noted(study, tmp_path, study.Cell("dimension", population, 2, 500), 40).items():
            ours.setdefault(name, []).append(study.covered(numbers, 1))
            naive.append(study.covered(numbers, 3))
    assert set(ours) == {"id_twonn mle", "id_twonn fit", *(f"id_gride rank {2**i}" for i in range(1, 7))}
    for name, shares in ours.items():
        assert 0.88 <= np.mean(shares) <= 1, f"{name}: {shares}"
    assert 0.92 < np.mean(list(ours.values())) < 0.98
    assert np.mean(naive) < 0.89


@pytest.mark.slow
def test_overlaps(study: ModuleType, tmp_path: Path) -> None:
    # Few points and wide noise are hard on overlap_neighbors, whose interval falls short here: see docs/calibration.md.
    least = {"overlap_labels": 0.92, "overlap_neighbors": 0.8}
    for measure, bound in least.items():
        shares = []
        for population in study.POPULATIONS:
            found = noted(study, tmp_path, study.Cell("overlap", population, 2, 500), 60)
            shares += [[study.covered(x, 1), study.covered(x, 3)] for name, x in found.items() if measure in name]
        ours, naive = np.mean(shares, axis=0)
        assert bound <= ours <= 0.99
        assert naive < ours - 0.05


@pytest.mark.slow
def test_permutation_tests_reject_a_true_null_one_time_in_twenty(study: ModuleType, tmp_path: Path) -> None:
    found = noted(study, tmp_path, study.Cell("null", "gaussian", 2, 300), 100)
    wrong = [name for name in found if name.endswith("(wrong)")]
    for name, p_values in found.items():
        rejected = (p_values <= 0.05).mean()
        assert rejected > 0.3 if name in wrong else rejected < 0.12, f"{name}: {rejected}"
    assert len(wrong) == 1


def test_a_study_that_was_stopped_goes_on_with_the_same_samples(study: ModuleType, tmp_path: Path) -> None:
    cell = study.Cell("overlap", "torus", 2, 120)
    (tmp_path / "whole").mkdir()
    first = noted(study, tmp_path, cell, 2)
    again, whole = noted(study, tmp_path, cell, 4), noted(study, tmp_path / "whole", cell, 4)
    for name, numbers in whole.items():
        np.testing.assert_array_equal(again[name], numbers)
        np.testing.assert_array_equal(again[name][:2], first[name])
    assert study.run_cell(cell, tmp_path, 3) == "overlap-torus-2-120: 4 runs"


def test_the_table_by_hand(study: ModuleType, tmp_path: Path) -> None:
    # Mean 2.5: three of the four intervals hold it, one of the naive ones does.
    rows = [[2, 1, 3, 2, 2.1], [3, 2, 4, 2, 3], [2.5, 2, 2.4, 2, 2.4], [2.5, 2, 3, 2.6, 3]]
    (tmp_path / "dimension-torus-2-1000.json").write_text(json.dumps({"id_twonn mle": rows}))
    (tmp_path / "null-gaussian-2-1000.json").write_text(json.dumps({"some test": [[0.05], [0.5], [0.06], [0.01]]}))
    text = study.table(tmp_path)
    assert "| torus | 2 | 1,000 | 4 | 2.500 | +0.50 | 0.4082 | 0.750 * | 0.250 |" in text
    assert "| some test | 2 | 1,000 | 4 | 0.500 |" in text
