"""Linear probes of many layers against a loop over scikit-learn's LogisticRegression, in one run on the same data.

With benchmarks switched off these run as small tests; `make bench` runs them at full size. Ours is all of `probe_linear`: the
penalty of each fold chosen on the other folds, then held-out answers. The loop is folds x penalties fits, fewer than choosing
inside the training folds takes. It is timed on one fold of one layer, at every other penalty but not the weakest, where it is
slowest, and scaled to all; what it says at the chosen penalty must agree with ours. Both are timed in processor seconds, the
loop with one thread: a busy machine, and threads that wait for one another, would count against it.

Floor: one pass multiplies each row with the weights of every fit that trains on it, twice. With K = 5 folds, P = 8
penalties and C outputs (1 for two classes) the 10 pairs of folds left out cost 10 x 3/5 x P x C x 4 n d operations a pass.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import repscape as rs

PENALTIES = np.logspace(-2, 5, 8)


@pytest.fixture
def full(request):
    """Whether benchmarks are switched on."""
    return bool(request.config.getoption("benchmark_enable"))


def layer(n, d, classes, seed):
    """Features whose variance falls like a power law, and labels that some of the strong directions tell in part."""
    rng = np.random.default_rng(seed)
    scale = np.arange(1, d + 1) ** -0.7
    own = rng.normal(size=(n, d)) * scale
    some = own[:, : min(40, d)] / scale[: min(40, d)]
    y = (some @ rng.normal(size=(some.shape[1], classes)) * 0.35 + rng.gumbel(size=(n, classes))).argmax(axis=1)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    return (own @ turn + rng.normal(size=d)).astype(np.float32), y


@pytest.mark.benchmark(group="probes: 13 layers x 5 folds x 8 penalties, n = 10,000, d = 768")
@pytest.mark.parametrize("classes", [2, 20])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_linear_probes(benchmark, full, classes):
    n, d, layers = (10_000, 768, 13) if full else (600, 20, 13)
    X, y = layer(n, d, classes, seed=0)
    rs.probe_linear(X[:500], y[:500], penalties=1.0, folds=2)  # imports
    start = time.process_time()
    found = rs.probe_linear(X, y, penalties=PENALTIES)
    ours = (time.process_time() - start) * layers
    chosen = float(found.details["penalty"][0])

    train, test = next(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    scaler = StandardScaler().fit(X[train])

    def loop(penalty):
        model = LogisticRegression(C=1 / penalty, max_iter=1000).fit(scaler.transform(X[train]), y[train])
        return log_loss(y[test], model.predict_proba(scaler.transform(X[test])))

    start, some = time.process_time(), PENALTIES[1::2]
    with threadpool_limits(1):
        for penalty in some:
            loop(penalty)
        peer = (time.process_time() - start) * len(PENALTIES) / len(some) * 5 * layers
        expected = loop(chosen)
    fold = rs.probe_linear(X, y, penalties=chosen, metric="log_loss").details["by_fold"][0]
    told = {
        "seconds ours": ours,
        "seconds peer": peer,
        "ratio": peer / ours,
        "loss ours": fold,
        "loss peer": expected,
    }
    benchmark.extra_info.update({name: round(float(value), 4) for name, value in told.items()})
    benchmark.pedantic(rs.probe_linear, args=(X, y), kwargs={"penalties": 1.0}, rounds=1, iterations=1)
    print(classes, told)
    assert fold == pytest.approx(expected, rel=0.01)
    if full:
        assert peer / ours >= 3
