"""A million points: exact in memory, exact from a memory-map that is not held, or approximate; seconds and the peak of memory.

python benchmarks/million.py --rows 200000                       try it first
python benchmarks/million.py --rows 1000000 --features 64        exact and certified
python benchmarks/million.py --rows 1000000 --memmap points.npy  the same, from disk by blocks
python benchmarks/million.py --rows 1000000 --features 384 --method approximate
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import numpy as np

import repscape as rs


def points(rows: int, features: int, kept: Path | None) -> np.ndarray:
    """A curved sheet of ten dimensions with noise, in float32, made block by block."""
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(10, features)).astype(np.float32) / 3
    out = np.empty((rows, features), np.float32) if kept is None else np.lib.format.open_memmap(
        kept, mode="w+", dtype=np.float32, shape=(rows, features)
    )  # fmt: skip
    for start in range(0, rows, 1 << 16):
        sheet = rng.normal(size=(min(1 << 16, rows - start), 10)).astype(np.float32)
        noise = rng.normal(size=(len(sheet), features)).astype(np.float32)
        out[start : start + len(sheet)] = np.tanh(sheet @ weights) + np.float32(0.05) * noise
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--features", type=int, default=64)
    parser.add_argument("--method", default="exact", choices=("exact", "approximate"))
    parser.add_argument("--memmap", type=Path)
    asked = parser.parse_args()
    X = points(asked.rows, asked.features, asked.memmap)
    last = [0.0]

    def said(done: int, total: int, what: str) -> None:
        if time.perf_counter() - last[0] > 30:
            last[0] = time.perf_counter()
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    start, used = time.perf_counter(), time.process_time()
    g = rs.knn_graph(X, 30, method=asked.method, progress=said)
    took, cost = time.perf_counter() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{asked.rows:,} x {asked.features}, k = 30, {asked.method}{', from disk' if asked.memmap else ''}:")
    print(f"{took:.0f} s, {cost:.0f} s of processor time, {peak:.2f} GiB at most")
    print(dict(g.certificate) or str(g.searched))
    start = time.perf_counter()
    dimension, curve = rs.id_twonn(g, error=None), rs.id_gride(g, max_rank=16, error=None)
    print(f"TwoNN {dimension.value:.3f}, Gride {curve.values.round(2).tolist()} in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
