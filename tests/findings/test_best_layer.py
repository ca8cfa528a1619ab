from __future__ import annotations

import numpy as np
import pytest

import repscape as rs
from repscape.errors import InputError


def sample(layers=4, n=160, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    return {f"h.{k}": rng.normal(size=(n, 4)) + 0.4 * k * y[:, None] for k in range(layers)}, y


def test_folds_choose_on_their_own_training_rows() -> None:
    states, y = sample()
    probes = {name: rs.probe_linear(X, y) for name, X in states.items()}
    found = rs.best_layer(probes)
    assert found.details["layer"] == "h.3"
    dev = np.array([one.details["dev_by_fold"] for one in probes.values()])
    by_hand = [
        probes[name].details["by_fold"][fold] for fold, name in enumerate(np.array(list(probes))[dev.argmin(axis=0)])
    ]
    assert found.details["by_fold"].tolist() == by_hand
    assert found.value == pytest.approx(np.mean(by_hand))
    assert found.stderr == pytest.approx(np.std(by_hand, ddof=1) * np.sqrt(1 / 5 + 1 / 4))


def test_a_split_chooses_on_dev_and_reports_test() -> None:
    states, y = sample(n=300)
    split = np.repeat(["train", "dev", "test"], 100)
    probes = {name: rs.probe_linear(X, y, split=split) for name, X in states.items()}
    found = rs.best_layer(probes)
    assert found.value == probes[found.details["layer"]].value
    assert found.n == 100


def test_the_best_of_many_useless_layers_is_not_better_than_chance() -> None:
    rng = np.random.default_rng(0)
    chosen, highest = [], []
    for _ in range(12):
        y = rng.permutation(np.arange(60) % 2)
        probes = {f"h.{k}": rs.probe_linear(rng.normal(size=(60, 3)), y, penalties=[1, 100]) for k in range(10)}
        chosen.append(rs.best_layer(probes).value)
        highest.append(max(one.value for one in probes.values()))
    assert np.mean(highest) > 0.55  # reported on the rows that chose it
    assert np.mean(chosen) == pytest.approx(0.5, abs=0.04)


def test_of_a_study() -> None:
    states, y = sample()
    plan = rs.Plan(measures=["probe_linear", ("probe_linear", {"folds": 3}), "id_twonn"], labels="y")
    results = rs.run(states, plan, columns={"y": y})
    assert rs.best_layer(results, measure="probe_linear(folds=3)").details["by_fold"].shape == (3,)
    with pytest.raises(InputError, match="must hold one probe a layer"):
        rs.best_layer(results)
    with pytest.raises(InputError, match="hold no 'probe_linaer'. Did you mean 'probe_linear'"):
        rs.best_layer(results, measure="probe_linaer")
    with pytest.raises(InputError, match="must be probes"):
        rs.best_layer(results, measure="id_twonn")


def test_nothing_validated() -> None:
    states, y = sample()
    with pytest.raises(InputError, match="Give several penalties"):
        rs.best_layer({name: rs.probe_linear(X, y, penalties=1.0) for name, X in states.items()})
    mixed = {"a": rs.probe_linear(states["h.0"], y), "b": rs.probe_linear(states["h.1"], y, folds=3)}
    with pytest.raises(InputError, match="same examples, folds and metric"):
        rs.best_layer(mixed)
