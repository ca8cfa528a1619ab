"""Points of every kind and from everywhere; and what is refused, with a message that helps."""

from __future__ import annotations

import sys
import types

import ml_dtypes
import numpy as np
import pytest
import torch
import zarr

from repscape.errors import InputError, InputTypeError, UnknownNameError
from repscape.graph import _memory, _points, knn_graph, knn_query
from tests.graph.graph_oracle import assert_exact
from tests.graph.point_sets import gaussian

X = gaussian(700, 20)


@pytest.mark.parametrize(
    "dtype",
    [
        "float64",
        "float32",
        "float16",
        "longdouble",
        "int8",
        "uint8",
        "int16",
        "int32",
        "uint32",
        "int64",
        "uint64",
        "bool",
    ],
)
def test_types(dtype):
    values = (X > 0) if dtype == "bool" else np.abs(X * 30).astype(dtype)
    graph = knn_graph(values, 6)
    assert_exact(values.astype(np.float64), graph.indices, graph.distances)


@pytest.mark.parametrize("dtype", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn])
def test_short_floats(dtype):
    values = X.astype(dtype)
    graph = knn_graph(values, 6)
    assert_exact(values.astype(np.float64), graph.indices, graph.distances)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_tensors(dtype):
    tensor = torch.from_numpy(X).to(dtype).requires_grad_()
    graph = knn_graph(tensor, 6)
    assert_exact(tensor.detach().double().numpy(), graph.indices, graph.distances)


def sources(folder):
    np.save(folder / "X.npy", X)
    stored = zarr.create_array(store=folder / "X.zarr", shape=X.shape, chunks=(90, 20), dtype="float32")
    stored[:] = X
    return {
        "fortran": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=0)[::2],
        "swapped": X.astype(">f4"),
        "memory-map": np.load(folder / "X.npy", mmap_mode="r"),
        "zarr": stored,
        "list": X.tolist(),
    }


@pytest.mark.parametrize("kind", ["fortran", "strided", "swapped", "memory-map", "zarr", "list"])
def test_sources(kind, tmp_path):
    graph = knn_graph(sources(tmp_path)[kind], 6)
    assert_exact(X, graph.indices, graph.distances)


class Lazy:
    """Rows that only come in slices, and remember how many came at once."""

    def __init__(self, rows):
        self._rows, self.shape, self.dtype, self.most = rows, rows.shape, rows.dtype, 0

    def __getitem__(self, rows):
        assert isinstance(rows, slice)
        self.most = max(self.most, rows.stop - rows.start)
        return self._rows[rows]


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan"])
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_larger_than_memory(metric, precision, monkeypatch):
    points = gaussian(5000, 16)
    whole = knn_graph(points, 9, metric=metric, precision=precision)
    lazy = Lazy(points)
    monkeypatch.setattr(_points, "BLOCK_BYTES", 400 * 16 * 4)
    monkeypatch.setattr(_memory, "plan", lambda **_: _memory.MemoryPlan(hold=0, part_rows=2048, threads=2))
    graph = knn_graph(lazy, 9, metric=metric, precision=precision, threads=2)
    assert np.array_equal(graph.indices, whole.indices)
    np.testing.assert_allclose(graph.distances, whole.distances, rtol=1e-14)
    assert lazy.most <= 2048


def test_larger_than_memory_with_rows_that_fail(monkeypatch):
    rng = np.random.default_rng(0)
    points = np.concatenate([1e3 + 1e-7 * rng.normal(size=(1500, 8)), 1e3 * rng.normal(size=(1500, 8))])
    monkeypatch.setattr(_points, "BLOCK_BYTES", 400 * 8 * 8)
    monkeypatch.setattr(_memory, "plan", lambda **_: _memory.MemoryPlan(hold=0, part_rows=1024, threads=2))
    graph = knn_graph(Lazy(points), 9, precision="float32")
    assert graph.certificate["direct"] > 0.4
    assert_exact(points, graph.indices, graph.distances)


def test_input_is_not_written_to():
    points = X.copy()
    points.setflags(write=False)
    for metric in ("euclidean", "cosine", "correlation", "chebyshev"):
        knn_graph(points, 3, metric=metric)
    assert np.array_equal(points, X)


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.zeros((5, 2, 2)), InputError, r"must be 2-D.*Got shape \(5, 2, 2\).*Flatten images first"),
        (np.zeros(5), InputError, r"must be 2-D.*Got shape \(5,\)"),
        (np.zeros((2, 2)), InputError, "at least 3 points"),
        (np.zeros((5, 0)), InputError, "1 feature"),
        (np.array([["a", "b"]] * 4), InputTypeError, "must hold real numbers"),
        (np.array([[None, 1]] * 4), InputTypeError, "must hold real numbers"),
        (np.zeros((4, 2), complex), InputTypeError, "must hold real numbers"),
    ],
)
def test_refused(bad, error, message):
    with pytest.raises(error, match=message):
        knn_graph(bad, 1)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("order", ["C", "F"])
def test_not_finite(value, order):
    points = np.array(X, order=order)
    points[130, 7] = value
    for metric in ("euclidean", "manhattan"):
        with pytest.raises(InputError, match=r"X of knn_graph must be finite. Got (nan|-?inf) at index \(130, 7\)"):
            knn_graph(points, 3, metric=metric)
    with pytest.raises(InputError, match="queries of knn_query must be finite"):
        knn_query(X, points, 3)


@pytest.mark.parametrize("k", [0, 700, -1, 2.0, True, "3"])
def test_wrong_k(k):
    with pytest.raises(InputError, match=r"k of knn_graph must be an int in \[1, 699\] \(n - 1\). Got"):
        knn_graph(X, k)


def test_wrong_words():
    with pytest.raises(UnknownNameError, match="Did you mean 'euclidean'"):
        knn_graph(X, 3, metric="euclidian")
    with pytest.raises(UnknownNameError, match="Did you mean 'float32'"):
        knn_graph(X, 3, precision="float_32")
    with pytest.raises(UnknownNameError, match="device of knn_graph must be"):
        knn_graph(X, 3, device="gpu")
    with pytest.raises(InputError, match="must have the 20 features of X. Got 19"):
        knn_query(X, X[:, 1:], 3)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has the device that must be missing")
def test_missing_device():
    with pytest.raises(InputError, match=r"must be one that torch sees \(none\)"):
        knn_graph(X, 3, device="cuda")


def test_torch_that_another_thread_is_importing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", types.ModuleType("torch"))
    X = np.random.default_rng(0).normal(size=(30, 2))
    assert not _points.is_tensor(X)
    assert knn_graph(X, 3).n == 30
