from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import repscape as rs
from repscape.errors import DegenerateDataError, InputError, RepscapeWarning, UnknownNameError


def sample(n=240, d=8, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d)) * np.linspace(0.3, 3, d) + 5
    scores = (X - 5) @ rng.normal(size=(d, classes)) + rng.gumbel(size=(n, classes)) * 2
    return X, scores.argmax(axis=1)


def peer(penalty, **options):
    return make_pipeline(StandardScaler(), LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=9999, **options))


@pytest.mark.parametrize("classes", [2, 3])
def test_fold_by_fold_as_scikit_learn(classes: int) -> None:
    X, y = sample(classes=classes)
    cut = StratifiedKFold(5, shuffle=True, random_state=7)
    found = rs.probe_linear(X, y, penalties=2.0, rng=7, tol=1e-10)
    np.testing.assert_allclose(found.details["by_fold"], cross_val_score(peer(2.0), X, y, cv=cut), atol=1e-12)
    loss = -cross_val_score(peer(2.0), X, y, cv=cut, scoring="neg_log_loss").mean()
    assert found.details["log_loss"] == pytest.approx(loss, rel=1e-8)
    scoring = "roc_auc" if classes == 2 else "roc_auc_ovr"
    assert found.details["auc"] == pytest.approx(cross_val_score(peer(2.0), X, y, cv=cut, scoring=scoring).mean())


def test_float32_rows_are_close_enough() -> None:
    X, y = sample()
    exact, single = (rs.probe_linear(X.astype(kind), y, metric="log_loss") for kind in (np.float64, np.float32))
    assert single.value == pytest.approx(exact.value, rel=1e-4)
    assert single.details["penalty"].tolist() == exact.details["penalty"].tolist()


def test_value_error_and_chance_by_hand() -> None:
    X, y = sample()
    found = rs.probe_linear(X, y)
    by_fold = found.details["by_fold"]
    assert found.value == pytest.approx(by_fold.mean())
    assert found.stderr == pytest.approx(by_fold.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4))
    assert found.interval == pytest.approx(
        (found.value - 2.7764451 * found.stderr, found.value + 2.7764451 * found.stderr)
    )
    assert found.chance == pytest.approx(np.bincount(y).max() / y.size, abs=0.01)
    assert found.per_point is not None
    assert found.per_point.mean() == pytest.approx(found.value, abs=0.005)
    assert found.details["confusion"].trace() == found.per_point.sum()
    assert ((found.details["margin"] > 0) == (found.per_point == 1)).all()
    assert np.abs(found.details["margin"]).max() <= 1
    assert found.details["confusion"].sum(axis=1).tolist() == np.bincount(y).tolist()


def test_every_layer_is_asked_about_the_same_rows_and_features_of_one_unit() -> None:
    X, y = sample()
    moved = rs.probe_linear(X * 1000 - 3, y, metric="log_loss")
    assert moved.value == pytest.approx(rs.probe_linear(X, y, metric="log_loss").value, rel=1e-9)
    other = rs.probe_linear(np.random.default_rng(5).normal(size=X.shape), y)
    assert other.value < other.details["majority"] + 0.1


def test_values_are_ridge_regressions() -> None:
    X, _ = sample()
    values = X @ np.linspace(-1, 1, 8) + np.random.default_rng(1).normal(size=240) + 1e4
    found = rs.probe_linear(X, values, penalties=5.0, folds=4)
    by_hand = []
    for train, test in KFold(4, shuffle=True, random_state=0).split(X):
        model = make_pipeline(StandardScaler(), Ridge(alpha=5.0)).fit(X[train], values[train])
        left = ((model.predict(X[test]) - values[test]) ** 2).sum()
        by_hand.append(1 - left / ((values[test] - values[train].mean()) ** 2).sum())
    np.testing.assert_allclose(found.details["by_fold"], by_hand, rtol=1e-9)
    assert found.options["task"] == "values"
    assert found.chance == 0
    assert found.per_point.mean() == pytest.approx(found.value, abs=1e-9)


def test_several_answers_are_probes_of_their_own() -> None:
    X, y = sample()
    both = np.stack([y == 0, y == 1], axis=1).astype(int)
    found = rs.probe_linear(X, both, penalties=1.0, tol=1e-10)
    cut = KFold(5, shuffle=True, random_state=0)
    each = [cross_val_score(peer(1.0), X, both[:, j], cv=cut).mean() for j in range(2)]
    assert found.value == pytest.approx(np.mean(each))
    losses = [-cross_val_score(peer(1.0), X, both[:, j], cv=cut, scoring="neg_log_loss").mean() for j in range(2)]
    assert found.details["log_loss"] == pytest.approx(np.mean(losses), rel=1e-8)


def test_a_fixed_split_chooses_on_dev_and_learns_from_train_alone() -> None:
    X, y = sample(300)
    split = np.repeat(["train", "dev", "test"], 100)
    found = rs.probe_linear(X, y, split=split, tol=1e-10)
    losses = []
    for penalty in np.logspace(-2, 5, 8):
        said = peer(penalty).fit(X[:100], y[:100]).predict_proba(X[100:200])
        losses.append(-np.log(said[np.arange(100), y[100:200]]).mean())
    assert found.details["penalty"] == pytest.approx(np.logspace(-2, 5, 8)[np.argmin(losses)])
    assert found.details["dev_by_fold"] == pytest.approx(min(losses), rel=1e-6)
    expected = peer(found.details["penalty"][0]).fit(X[:100], y[:100]).score(X[200:], y[200:])
    assert found.value == pytest.approx(expected)
    assert np.isnan(found.per_point[:200]).all()
    assert found.n == 100
    without = rs.probe_linear(X, y, split=np.where(split == "dev", "train", split))
    assert without.details["penalty"].size == 1


def test_two_folds_choose_inside_their_half() -> None:
    X, y = sample()
    assert rs.probe_linear(X, y, folds=2).details["dev_by_fold"].shape == (2,)


def test_groups_never_stand_on_both_sides() -> None:
    rng = np.random.default_rng(0)
    family = np.repeat(np.arange(60), 4)
    X = rng.normal(size=(60, 80))[family] + 0.1 * rng.normal(size=(240, 80))  # each family at its own place
    y = rng.integers(0, 2, size=60)[family]  # with a label of its own: known only from its members
    assert rs.probe_linear(X, y).value > 0.9
    assert rs.probe_linear(X, y, groups=family).value < 0.7


def test_selectivity_of_identities_that_repeat() -> None:
    rng = np.random.default_rng(0)
    word = rng.integers(0, 30, size=600)
    X = rng.normal(size=(30, 40))[word] + 0.5 * rng.normal(size=(600, 40))
    y = (word % 3 == 0).astype(int)
    found = rs.probe_linear(X, y, control=True, identity=word)
    assert found.details["seen"] == 1
    assert found.details["selectivity"] == pytest.approx(found.details["accuracy"] - found.details["control"])
    assert found.details["control"] > 0.9  # 30 points in 40 dimensions: any labels can be told apart
    alone = rs.probe_linear(X, y, control=True)
    assert "selectivity" not in alone.details
    assert alone.details["seen"] == 0
    assert 0.5 < alone.details["memorisation"] <= 1
    apart = rs.probe_linear(X, y, control=True, identity=word, groups=word)
    assert "selectivity" not in apart.details


def test_shuffled_labels() -> None:
    X, y = sample(120)
    found = rs.probe_linear(X, y, penalties=10.0, permutations=19)
    assert found.p_value == 0.05
    assert found.details["shuffled"] == pytest.approx(1 / 3, abs=0.1)
    family = np.repeat(np.arange(30), 4)
    constant = rs.probe_linear(
        X, np.repeat(np.arange(30) % 2, 4), penalties=10.0, folds=3, groups=family, permutations=9, metric="log_loss"
    )
    assert "among groups" in constant.options["null"]
    assert constant.p_value > 0.1


def test_random_features_sit_at_majority() -> None:
    y = np.random.default_rng(0).choice(3, size=600, p=[0.6, 0.3, 0.1])
    found = rs.probe_linear(np.random.default_rng(1).normal(size=(600, 30)), y)
    assert found.value == pytest.approx(found.chance, abs=0.02)


def test_rows_on_disk_are_read_by_blocks(tmp_path, monkeypatch) -> None:
    X, y = sample(400)
    held = rs.probe_linear(X, y, metric="log_loss")
    monkeypatch.setattr("repscape.measures.probes._design.memory_available", lambda: 16)
    np.save(tmp_path / "x.npy", X)
    found = rs.probe_linear(np.load(tmp_path / "x.npy", mmap_mode="r"), y, metric="log_loss")
    assert found.value == pytest.approx(held.value, rel=1e-9)


def test_a_constant_feature_changes_nothing() -> None:
    X, y = sample()
    wide = np.concatenate([X, np.full((240, 1), 3.3)], axis=1)
    assert rs.probe_linear(wide, y, metric="log_loss").value == pytest.approx(
        rs.probe_linear(X, y, metric="log_loss").value, rel=1e-6
    )


def test_fits_that_do_not_converge_say_so(monkeypatch) -> None:
    X, y = sample(60, 40)
    with pytest.warns(RepscapeWarning, match="did not converge"):
        rs.probe_linear(X, y, penalties=1e-9, tol=1e-300, folds=3)


BAD = {
    "one class": ({"labels": np.zeros(90, int)}, InputError, "at least 2 classes. Got only '0'"),
    "few members": ({"labels": np.repeat([0, 1], [87, 3])}, InputError, "Too few: '1' (3)"),
    "missing": ({"labels": [None, *["a", "b"] * 44, "a"]}, InputError, "1 missing entries, the first at index 0"),
    "all different": ({"labels": np.arange(90)}, InputError, "task='values'"),
    "length": ({"labels": np.zeros(80, int)}, InputError, "must have shape (90,)"),
    "penalty": ({"penalties": [1, 0]}, InputError, "penalties of probe_linear must be a number in (0, inf]. Got 0"),
    "no penalty": ({"penalties": []}, InputError, "at least one number"),
    "metric": ({"metric": "acuracy"}, UnknownNameError, "Did you mean 'accuracy'"),
    "folds": ({"folds": 1}, InputError, "folds of probe_linear must be an int in [2, 90]"),
    "split": ({"split": ["train", "tset"] * 45}, UnknownNameError, "Did you mean 'test'"),
    "no test": ({"split": ["train"] * 90}, InputError, "must hold some 'test'"),
    "groups": ({"groups": np.arange(90) // 45}, InputError, "at least as many as folds (5). Got 2"),
    "split class": ({"split": ["test"] * 30 + ["train", "dev"] * 30}, InputError, "nothing of class '0' is left"),
    "cut groups": (
        {"split": ["test", "train"] * 45, "groups": np.arange(90) // 2},
        InputError,
        "cuts through 45 groups",
    ),
    "answers": ({"labels": np.full((90, 2), 2)}, InputError, "must hold 0 and 1 only"),
    "constant": ({"labels": np.ones(90), "task": "values"}, DegenerateDataError, "nothing to predict"),
    "control": ({"labels": np.linspace(0, 1, 90), "control": True}, InputError, "needs classes"),
}


@pytest.mark.parametrize(("given", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input(given, error, message) -> None:
    given = {"labels": np.repeat([0, 1, 2], 30), **given}
    with pytest.raises(error) as caught:
        rs.probe_linear(np.random.default_rng(0).normal(size=(90, 3)), given.pop("labels"), **given)
    assert message in str(caught.value)


def test_folds_that_agree_to_the_last_digit_leave_the_error_of_the_rows() -> None:
    """A probe that always says the same is right in nine of ten rows of every fold: that is no certainty."""
    y = np.repeat([0, 1], [180, 20])
    found = rs.probe_linear(np.random.default_rng(0).normal(size=(200, 2)), y, penalties=1e6)
    assert found.value == pytest.approx(0.9)
    assert found.options["error"] == "over held-out rows"
    assert found.stderr == pytest.approx(np.sqrt(0.9 * 0.1 / 199))
    assert found.interval[0] < 0.9 < found.interval[1] < 1
