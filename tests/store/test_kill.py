"""Kill the writer at any moment: at most one slab is lost, and the finished store has the very same bytes."""

from __future__ import annotations

import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pandas as pd

from repscape._types import LayerInfo
from repscape.errors import InputError
from repscape.store import StoreWriter, open_store
from tests.killed import started
from tests.store.test_write import contents

KILLS = 8


def write(path: Path, told: Connection) -> None:
    """Write the store from its start, or from where it was left."""
    layers = {LayerInfo(f"h.{i}", i, i / 3): (300, "float32") for i in range(4)}
    examples = pd.DataFrame({"id": [f"e{i}" for i in range(2000)], "text": ["x" * (i % 50) for i in range(2000)]})
    options = {"rows": 2000, "slab_rows": 100, "provenance": {"seed": 0}, "examples": examples}
    told.send("ready")
    try:
        writer = StoreWriter.resume(path, layers, **options)
    except OSError:
        writer = StoreWriter.create(path, layers, **options)
    for start in range(writer.committed, 2000, 100):
        rng = np.random.default_rng(start)
        writer.append({info: rng.normal(size=(100, 300)) for info in layers})


def finish(path: Path) -> float:
    """Write what is missing of the store; return how many seconds it took."""
    process, told = started(write, path)
    told.recv()
    ready = time.perf_counter()
    process.join()
    assert process.exitcode == 0
    return time.perf_counter() - ready


def test_kill_nine_at_random_moments(tmp_path):
    whole, killed = tmp_path / "whole.zarr", tmp_path / "killed.zarr"
    writing = finish(whole)
    draw = random.Random(0)
    seen = [0]
    for _ in range(KILLS):
        process, told = started(write, killed)
        told.recv()
        time.sleep(draw.uniform(0, 2 * writing / KILLS))
        process.kill()
        process.join()
        try:
            store = open_store(killed)
        except InputError:  # killed before the store appeared
            assert not killed.exists()
            continue
        assert store.rows % 100 == 0
        assert store.rows >= seen[-1]
        seen.append(store.rows)
        if store.rows:
            start = store.rows - 100
            rng = np.random.default_rng(start)
            for key in store:
                np.testing.assert_array_equal(store[key][start:], rng.normal(size=(100, 300)).astype(np.float32))
    finish(killed)
    assert contents(killed) == contents(whole)
    assert [entry.name for entry in sorted(tmp_path.iterdir())] == ["killed.zarr", "whole.zarr"]
