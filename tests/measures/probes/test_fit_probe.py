from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import repscape as rs
from repscape._types import LayerInfo
from repscape.errors import InputError, StoreError
from repscape.store import StoreWriter


def sample(classes=3, n=120, d=6, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.linspace(0.1, 9, d) - 4
    y = ((X + 4) @ rng.normal(size=(d, classes)) + rng.gumbel(size=(n, classes)) * 4).argmax(axis=1)
    return X, np.array(["ant", "bee", "cat"])[y]


@pytest.mark.parametrize("classes", [2, 3])
def test_a_fit_is_that_of_scikit_learn(classes: int) -> None:
    X, y = sample(classes)
    probe = rs.fit_probe(X, y, penalties=3.0, tol=1e-10)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1 / 3.0, tol=1e-10, max_iter=9999)).fit(X, y)
    np.testing.assert_allclose(probe.predict_proba(X), model.predict_proba(X), atol=1e-7)
    assert probe.predict(X).tolist() == model.predict(X).tolist()


def test_values_and_several_answers() -> None:
    X, y = sample()
    values = X[:, 2] + 1e3
    model = make_pipeline(StandardScaler(), Ridge(alpha=2.0)).fit(X, values)
    np.testing.assert_allclose(rs.fit_probe(X, values, penalties=2.0).predict(X), model.predict(X), rtol=1e-9)
    both = np.stack([y == "ant", y == "bee"], axis=1).astype(int)
    said = rs.fit_probe(X, both).predict(X)
    assert said.shape == (120, 2)
    assert (said == both).mean() > 0.7
    with pytest.raises(InputError, match="take predict"):
        rs.fit_probe(X, values).predict_proba(X)


def test_saved_and_asked_in_another_process_without_pickle(tmp_path) -> None:
    X, y = sample()
    probe = rs.fit_probe(X, y, layer="h.1", model="tiny", about={"pool": "mean"})
    probe.save(tmp_path / "probe")
    assert sorted(path.name for path in (tmp_path / "probe").iterdir()) == ["probe.json", "weights.safetensors"]
    np.save(tmp_path / "x.npy", X)
    code = (
        "import sys, numpy as np, repscape as rs\n"
        "sys.modules['pickle'] = sys.modules['pickle']\n"
        f"probe = rs.load_probe({str(tmp_path / 'probe')!r})\n"
        f"print(*probe.predict(np.load({str(tmp_path / 'x.npy')!r})), probe.layer, probe.model, probe.about['pool'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert told == [*probe.predict(X), "h.1", "tiny", "mean"]


def test_a_probe_asked_of_another_store(tmp_path) -> None:
    X, y = sample()
    layers = {LayerInfo(f"h.{i}", i, i / 1.0): (6, "float64") for i in range(2)}
    StoreWriter.create(tmp_path / "run.zarr", layers, rows=120).append(dict.fromkeys(layers, X))
    store = rs.open_store(tmp_path / "run.zarr")
    probe = rs.fit_probe(store["h.1"], y, model="tiny")
    assert probe.layer == "h.1"
    assert probe.predict(store["h.1"]).tolist() == probe.predict(X).tolist()
    with pytest.raises(InputError, match="this Probe reads layer 'h.1'. Got rows of layer 'h.0'"):
        probe.predict(store["h.0"])
    with pytest.raises(InputError, match="this Probe reads model 'tiny'. Got rows of model 'large'"):
        probe.predict(store["h.1"], model="large")
    with pytest.raises(InputError, match="must have the 6 features of layer 'h.1' of 'tiny'"):
        probe.predict(X[:, :5])


def test_damaged_and_absent_files(tmp_path) -> None:
    with pytest.raises(InputError, match="path of load_probe must be a folder"):
        rs.load_probe(tmp_path)
    X, y = sample()
    rs.fit_probe(X, y).save(tmp_path)
    about = json.loads((tmp_path / "probe.json").read_text())
    (tmp_path / "probe.json").write_text(json.dumps({**about, "format": 9}))
    with pytest.raises(StoreError, match="format 9"):
        rs.load_probe(tmp_path)
    (tmp_path / "probe.json").write_text(json.dumps(about))
    (tmp_path / "weights.safetensors").write_bytes(b"no")
    with pytest.raises(StoreError, match="is damaged"):
        rs.load_probe(tmp_path)
