"""Every loop of the engine in its checked form: as plain Python, where an index out of bounds is an error, not a crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from repscape.graph import _kernels, _kernels_audit, _kernels_ranks, _kernels_screen

WORK = """
import json, sys
import numpy as np, numba
import repscape as rs
from repscape.graph import knn_graph, knn_query, neighbor_ranks, listed_ranks, _kernels_screen

assert numba.config.DISABLE_JIT == bool(int(sys.argv[1]))
rng = np.random.default_rng(0)
X = rng.normal(size=(24, 3))
X[14:20] = X[3] + 1e-9 * rng.normal(size=(6, 3))
Y = rng.normal(size=(24, 4)).astype(np.float32)
found = []
for precision in ("float32", "float64", "int8", "bf16"):
    for points in (X, Y) if precision == "float32" else (Y,):
        g = knn_graph(points, 5, precision=precision, threads=1)
        found += [g.indices.tolist(), g.distances.round(9).tolist()]
for metric in ("manhattan", "chebyshev", "hamming", "cosine"):
    found.append(knn_graph(Y, 4, metric=metric, threads=1).indices.tolist())
found.append(knn_query(Y, Y[:9] + 0.1, 4, precision="float32", threads=1)[0].tolist())
g, h = knn_graph(X, 8, precision="float64", threads=1), knn_graph(Y, 8, precision="float64", threads=1)
given = h.indices[:, :3]
found += [one.tolist() for one in (*neighbor_ranks(X, given, function="test"), *listed_ranks(g, given))]
floors = np.full(4, -np.inf, np.float32)
_kernels_screen.raise_floors(Y[:4] @ Y.T, np.zeros(4, np.float32), np.zeros(24, np.float32), 0, floors, 6)
found.append(floors.round(4).tolist())
labels = np.arange(24) % 3
for one in (
    rs.overlap_neighbors(g, h, k=5), rs.overlap_labels(g, labels, k=5), rs.overlap_values(g, Y[:, 0], k=5),
    rs.overlap_rbo(g, h), rs.overlap_lcs(g, h), rs.overlap_edit(g, h), rs.id_gride(h, max_rank=4),
):
    found.append(np.round(getattr(one, "value", getattr(one, "values", None)), 6).tolist())
print(json.dumps(found))
"""


def done(*, checked):
    environment = {**os.environ, "NUMBA_DISABLE_JIT": str(int(checked)), "REPSCAPE_POISON": "1"}
    command = [sys.executable, "-c", WORK, str(int(checked))]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_loops_stay_within_their_arrays_and_agree_with_their_compiled_form():
    assert done(checked=True) == done(checked=False)


OUT_OF_BOUNDS = """
import numpy as np
from repscape.graph import _kernels_ranks
far = np.full((5, 1), 5)
loops = [
    lambda: _kernels_ranks.compare_given(np.zeros((5, 2)), far, np.zeros((5, 1))),
    lambda: _kernels_ranks.find_in_lists(np.c_[far, far - 4], far - 4, np.zeros((5, 1), int), np.zeros((5, 1), int)),
]
for loop in loops:
    try:
        loop()
    except IndexError:
        print("seen")
"""


def test_the_checked_form_sees_an_index_out_of_bounds():
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", OUT_OF_BOUNDS]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["seen", "seen"]


def test_every_loop_has_a_checked_form():
    modules = (_kernels, _kernels_audit, _kernels_ranks, _kernels_screen)
    loops = [thing for module in modules for thing in vars(module).values() if hasattr(thing, "signatures")]
    assert len(loops) >= 20
    assert all(callable(loop.py_func) for loop in loops)
