"""Kill the writer at any moment: at most one slab is lost, and the finished store has the very same bytes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np

from repscape.errors import InputError
from repscape.store import open_store
from tests.store.test_write import contents

KILLS = 8
WRITER = textwrap.dedent("""
    import sys
    import numpy as np, pandas as pd
    from repscape._types import LayerInfo
    from repscape.store import StoreWriter

    path, pause = sys.argv[1], float(sys.argv[2])
    layers = {LayerInfo(f"h.{i}", i, i / 3): (300, "float32") for i in range(4)}
    examples = pd.DataFrame({"id": [f"e{i}" for i in range(2000)], "text": ["x" * (i % 50) for i in range(2000)]})
    options = dict(rows=2000, slab_rows=100, provenance={"seed": 0}, examples=examples)
    print("ready", flush=True)
    try:
        writer = StoreWriter.resume(path, layers, **options)
    except OSError:
        writer = StoreWriter.create(path, layers, **options)
    for start in range(writer.committed, 2000, 100):
        rng = np.random.default_rng(start)
        writer.append({info: rng.normal(size=(100, 300)) for info in layers})
""")


def test_kill_nine_at_random_moments(tmp_path):
    whole, killed = tmp_path / "whole.zarr", tmp_path / "killed.zarr"
    command = [sys.executable, "-c", WRITER]
    begun = time.perf_counter()
    with subprocess.Popen([*command, str(whole), "0"], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        ready = time.perf_counter()
    assert process.returncode == 0
    writing = time.perf_counter() - ready
    assert ready - begun < 60
    draw = random.Random(0)
    seen = [0]
    for _ in range(KILLS):
        with subprocess.Popen([*command, str(killed), "0"], stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            time.sleep(draw.uniform(0, 2 * writing / KILLS))
            os.kill(process.pid, signal.SIGKILL)
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
    subprocess.run([*command, str(killed), "0"], check=True, capture_output=True)
    assert contents(killed) == contents(whole)
    assert [entry.name for entry in sorted(tmp_path.iterdir())] == ["killed.zarr", "whole.zarr"]
