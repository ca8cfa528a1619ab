"""Models judged as rsatoolbox judges them: fixed and weighted, their errors and tests under the same draws, noise ceilings."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import repscape as rs
from tests.measures.similarity.test_rsa_inference import measured

METHODS = {
    "pearson": "corr", "cosine": "cosine", "spearman": "spearman", "rho_a": "rho-a", "kendall": "kendall", "kendall_a": "tau-a",
    "whitened_cosine": "cosine_cov", "whitened_pearson": "corr_cov",
}  # fmt: skip


@pytest.fixture(scope="module")
def peer():  # type: ignore[no-untyped-def]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import rsatoolbox.inference
        import rsatoolbox.model
    return rsatoolbox


def fixed(peer, rdms, models):  # type: ignore[no-untyped-def]
    return [peer.model.ModelFixed(name, rdm) for name, rdm in models.items()], peer.rdm.RDMs(np.array(rdms))


@pytest.mark.parametrize("ours", METHODS)
@pytest.mark.filterwarnings("ignore:Noise ceiling for tau")
def test_fixed_models_and_noise_ceilings(peer, ours: str) -> None:  # type: ignore[no-untyped-def]
    rdms, one, two = measured(3, subjects=4, conditions=9)
    rdms = [np.round(rdm, 0) for rdm in rdms]  # with ties
    models, data = fixed(peer, rdms, {"one": one, "two": two})
    expected = peer.inference.eval_fixed(models, data, method=METHODS[ours])
    found = rs.rsa_models(rdms, {"one": one, "two": two}, compare=ours, draws=10)  # type: ignore[arg-type]
    values = [found.models[name].value for name in ("one", "two")]
    assert values == pytest.approx(expected.get_means(), abs=1e-6)
    assert found.ceiling == pytest.approx(np.ravel(expected.noise_ceiling), abs=1e-6)
    assert rs.rsa_noise_ceiling(rdms, compare=ours) == found.ceiling  # type: ignore[arg-type]


@pytest.mark.parametrize("over", ["both", "subjects", "conditions"])
def test_errors_and_tests_under_the_same_draws(peer, over, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    rdms, one, two = measured(4, subjects=5, conditions=12)
    models, data = fixed(peer, rdms, {"one": one, "two": two})
    source = np.random.default_rng(0)
    source.permutation(12)  # ours draws folds first
    monkeypatch.setattr(np.random, "randint", lambda low, high, size: np.sort(source.integers(low, high, size=size)))
    name = {"both": "eval_dual_bootstrap", "subjects": "eval_bootstrap_rdm", "conditions": "eval_bootstrap_pattern"}[
        over
    ]
    expected = getattr(peer.inference, name)(models, data, method="corr", N=25)
    found = rs.rsa_models(rdms, {"one": one, "two": two}, over=over, draws=25)
    if over == "conditions":  # the peer corrects this one for subjects too, which were not drawn
        from rsatoolbox.util.inference_util import extract_variances

        variance, difference, ceiling = extract_variances(expected.variances, True, None, 12)
    elif over == "subjects":  # and leaves the ceiling out of its variances here
        variance, difference, ceiling = expected.model_var, expected.diff_var, None
    else:
        variance, difference, ceiling = expected.model_var, expected.diff_var, expected.noise_ceil_var
        p_pairs, p_zero, p_noise = expected.test_all()
        values = [found.models[m].value for m in ("one", "two")]
        # the peer tests the means of its draws, ours the values themselves
        assert np.mean(expected.evaluations[..., 0], axis=(0, 2, 3)) == pytest.approx(values, abs=0.1)
        assert p_pairs.shape == (2, 2)
        assert (p_zero < 0.05).tolist() == [found.models[m].p_value < 0.05 for m in ("one", "two")]
        assert (p_noise < 0.05).tolist() == [found.models[m].details["p_ceiling"] < 0.05 for m in ("one", "two")]
    errors = [found.models[m].stderr for m in ("one", "two")]
    assert errors == pytest.approx(np.sqrt(variance), rel=1e-6)
    assert found.differences["one", "two"].stderr == pytest.approx(float(np.sqrt(difference[0])), rel=1e-6)
    if ceiling is not None:
        below = [found.models[m].details["below_ceiling"] for m in ("one", "two")]
        t = np.array(below) / np.sqrt(ceiling[:, 0])
        free = 11 if over == "conditions" else 4
        from scipy.stats import t as student

        p = [found.models[m].details["p_ceiling"] for m in ("one", "two")]
        assert p == pytest.approx(2 * student.sf(np.abs(t), free), rel=1e-5)


@pytest.mark.parametrize(("ours", "theirs"), [("pearson", "corr"), ("cosine", "cosine")])
def test_weights_are_those_of_least_squares(peer, ours, theirs) -> None:  # type: ignore[no-untyped-def]
    rdms, one, two = measured(5, subjects=4, conditions=10)
    noise = rs.rdm(np.random.default_rng(0).normal(size=(10, 3)))
    one, two, noise = (
        rdm / np.linalg.norm(rdm) for rdm in (one, two, noise)
    )  # the peer's own search never ends on large numbers
    model = peer.model.ModelWeighted("both", np.stack([one, two, noise]))
    expected = peer.model.fitter.fit_regress_nn(model, peer.rdm.RDMs(np.array(rdms)), method=theirs)
    found = rs.rsa_models(rdms, {"both": [one, two, noise]}, compare=ours, draws=10).weights["both"]
    assert found / np.linalg.norm(found) == pytest.approx(expected, abs=1e-6)
