from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

import repscape as rs
from repscape.errors import InputError

QUICK = {"rate": 0.01, "epochs": 20}


def tokens(words=100, n=800, d=16, seed=0):
    """Token states: each word type has a place of its own, and a class that is linear in it."""
    rng = np.random.default_rng(seed)
    places, word = rng.normal(size=(words, d)), rng.integers(0, words, size=n)
    y = (places @ rng.normal(size=d) > 0).astype(int)[word]
    return places[word] + 0.3 * rng.normal(size=(n, d)), y, word


def test_what_no_line_tells_apart() -> None:
    X = np.random.default_rng(0).normal(size=(400, 2))
    y = X[:, 0] * X[:, 1] > 0
    assert rs.probe_mlp(X, y, width=32, **QUICK).value > 0.9
    assert rs.probe_linear(X, y).value < 0.7


def test_values_and_several_answers() -> None:
    X = np.random.default_rng(0).normal(size=(300, 3))
    assert rs.probe_mlp(X, 50 + 7 * X[:, 0] ** 2, **QUICK).value > 0.6
    found = rs.probe_mlp(X, (X > 0).astype(int), **QUICK)
    assert found.value > 0.9
    assert found.options["task"] == "multilabel"


def test_the_linear_probe_is_more_selective_where_words_repeat() -> None:
    X, y, word = tokens()
    mlp = rs.probe_mlp(X, y, control=True, identity=word, width=128, **QUICK)
    linear = rs.probe_linear(X, y, control=True, identity=word)
    assert linear.details["accuracy"] > 0.9
    assert mlp.details["accuracy"] > 0.9
    assert linear.details["selectivity"] > mlp.details["selectivity"] + 0.1


def test_width_and_depth_are_swept_with_selectivity_beside_accuracy() -> None:
    X, y, word = tokens()
    swept = {
        shape: rs.probe_mlp(X, y, control=True, identity=word, width=shape[0], depth=shape[1], folds=3, **QUICK)
        for shape in [(2, 1), (48, 1), (48, 2)]
    }
    assert swept[2, 1].details["selectivity"] > swept[48, 1].details["selectivity"]  # two units cannot memorise words
    assert all(np.isfinite(found.details["accuracy"]) for found in swept.values())


def test_unique_identities_have_no_selectivity() -> None:
    X, y, _ = tokens(n=200)
    found = rs.probe_mlp(X, y, control=True, width=200, rate=0.01, epochs=40, patience=40)
    assert "selectivity" not in found.details
    assert found.details["memorisation"] > 0.5


def test_random_features_sit_at_majority() -> None:
    y = np.random.default_rng(0).choice(2, size=500, p=[0.7, 0.3])
    found = rs.probe_mlp(np.random.default_rng(1).normal(size=(500, 10)), y, **QUICK)
    assert found.value == pytest.approx(found.chance, abs=0.03)


def test_dev_rows_stop_training_and_torch_is_left_as_it_was() -> None:
    X, y, _ = tokens(n=300)
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    found = rs.probe_mlp(X, y, split=np.repeat(["train", "dev", "test"], 100), **QUICK)
    assert found.details["epochs"].shape == (1,)
    assert np.isnan(found.per_point[:200]).all()
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


def test_bad_input() -> None:
    X, y, _ = tokens(n=100)
    with pytest.raises(InputError, match="width of probe_mlp must be an int of at least 1"):
        rs.probe_mlp(X, y, width=0)
    with pytest.raises(InputError, match="rate of probe_mlp"):
        rs.probe_mlp(X, y, rate=0)


def test_without_torch_the_pip_line() -> None:
    code = (
        "import sys, importlib.abc\n"
        "class NoTorch(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'torch': raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, NoTorch())\n"
        "import numpy as np, repscape as rs\n"
        "try: rs.probe_mlp(np.eye(20), np.arange(20) % 2)\n"
        "except rs.errors.MissingExtraError as error: print(error)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "pip install 'repscape[models]'" in told
