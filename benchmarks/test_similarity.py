"""Similarities against the usual ways of computing them, in one run on the same data.

With benchmarks switched off these run as small tests; `make bench` runs them at full size. Slow peers are timed on some of the
pairs, spread over the matrix, and scaled to all; each ratio is printed and kept in the benchmark's extra_info.
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

import repscape as rs


@pytest.fixture
def full(request):
    """Whether benchmarks are switched on."""
    return bool(request.config.getoption("benchmark_enable"))


def stack(layers, n, d, dtype):
    """Layers that drift away from each other."""
    rng = np.random.default_rng(0)
    X, found = rng.normal(size=(n, d)), {}
    for place in range(layers):
        X = X + 0.3 * rng.normal(size=(n, d))
        found[f"h.{place}"] = X.astype(dtype)
    return found


def matrix_of(layers, measure):
    """Seconds and values of the matrix of all pairs of layers."""
    rs.run({name: points[:64] for name, points in layers.items()}, rs.Plan(measures=[measure], profiles=["pairs"]))
    start = time.perf_counter()
    results = rs.run(layers, rs.Plan(measures=[measure], profiles=["pairs"]))
    seconds = time.perf_counter() - start
    return seconds, np.array([record.result.value for record in results]).reshape(len(layers), len(layers))


def cka_by_gram(X, Y):
    def centred(K):
        return K - K.mean(0, keepdim=True) - K.mean(1, keepdim=True) + K.mean()

    K, L = centred(X @ X.T), centred(Y @ Y.T)
    return float((K * L).sum() / torch.sqrt((K * K).sum() * (L * L).sum()))


def cka_by_features(X, Y):
    X, Y = X - X.mean(0), Y - Y.mean(0)
    return float(torch.square(X.T @ Y).sum() / (torch.linalg.norm(X.T @ X) * torch.linalg.norm(Y.T @ Y)))


def timed(way, layers, pairs):
    """Seconds for one pair, the mean over some, and the values."""
    tensors = [torch.from_numpy(points) for points in layers.values()]
    way(tensors[0][:64], tensors[0][:64])
    start = time.perf_counter()
    values = [way(tensors[i], tensors[j]) for i, j in pairs]
    return (time.perf_counter() - start) / len(pairs), values


@pytest.mark.benchmark(group="similarity: linear CKA of 25 x 25 layers, n = 10,000, d = 768")
def test_cka_matrix(benchmark, full):
    count, n, d = (25, 10_000, 768) if full else (4, 300, 40)
    layers = stack(count, n, d, np.float32)
    some = [(0, count - 1), (count // 2, 1), (2, 2)]
    ours, values = matrix_of(layers, "sim_cka")
    feature, by_features = timed(cka_by_features, layers, some * 3)
    gram, by_gram = timed(cka_by_gram, layers, some)
    ratios = {"features": feature * count**2 / ours, "gram": gram * count**2 / ours}
    benchmark.extra_info.update(
        {"seconds ours": round(ours, 2), **{f"ratio {k}": round(v, 1) for k, v in ratios.items()}}
    )
    benchmark.pedantic(rs.sim_cka, args=(layers["h.0"], layers["h.1"]), rounds=1, iterations=1)
    print(round(ours, 2), ratios)
    found = [values[i, j] for i, j in some]
    exact = {name: points.astype(np.float64) for name, points in layers.items()}
    assert timed(cka_by_features, exact, some)[1] == pytest.approx(found, abs=1e-6)
    for single in (by_features[:3], by_gram):  # sums of the peers in float32 are off by some 1e-5
        assert single == pytest.approx(found, abs=1e-4)
    if full:
        assert ratios["gram"] >= 20
        assert ratios["features"] >= 3


@pytest.mark.benchmark(group="similarity: Spearman RSA of 13 x 13 layers, n = 3,000")
def test_rsa_matrix(benchmark, full):
    count, n, d = (13, 3000, 512) if full else (3, 60, 10)
    layers = stack(count, n, d, np.float64)
    ours, values = matrix_of(layers, ("sim_rsa", {"compare": "spearman"}))
    condensed = [pdist(layers[f"h.{place}"], "cosine") for place in (0, count - 1)]
    start = time.perf_counter()
    for _ in range(3):
        expected = spearmanr(*condensed).statistic
    # The peer's distances are not counted, and of its pairs only those above the diagonal.
    ratio = (time.perf_counter() - start) / 3 * count * (count - 1) / 2 / ours
    benchmark.extra_info.update({"seconds ours": round(ours, 2), "ratio scipy": round(ratio, 1)})
    benchmark.pedantic(rs.sim_rsa, args=(layers["h.0"], layers["h.1"]), rounds=1, iterations=1)
    print(round(ours, 2), ratio)
    assert values[0, -1] == pytest.approx(expected, abs=1e-9)
    if full:
        assert ratio >= 10


MEMORY = """
import sys
import numpy as np, repscape as rs
n, d, dtype = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = np.random.default_rng(0)
X, Y = (np.empty((n, d), dtype) for _ in range(2))
for start in range(0, n, 4096):
    X[start : start + 4096] = rng.normal(size=X[start : start + 4096].shape)
    Y[start : start + 4096] = X[start : start + 4096] + rng.normal(size=X[start : start + 4096].shape)
results = rs.run({"a": X, "b": Y}, rs.Plan(measures=["sim_cka"], profiles=["pairs"]))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(results.records[1].result.value, int(peak.split()[1]) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.benchmark(group="similarity: CKA of two layers, n = 100,000, d = 512, peak memory")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_memory(benchmark, full, dtype):
    n, d = (100_000, 512) if full else (5000, 32)
    command = [sys.executable, "-c", MEMORY, str(n), str(d), dtype]
    told = benchmark.pedantic(subprocess.check_output, args=(command,), rounds=1, iterations=1)
    value, peak = map(float, told.split())
    benchmark.extra_info["peak GiB"] = round(peak / 2**30, 2)
    print(round(peak / 2**30, 2), "GiB")
    assert value == pytest.approx(0.5, abs=0.1)  # X.T X = n I, X.T Y = n I, Y.T Y = 2 n I
    assert peak < 2 * 2**30
