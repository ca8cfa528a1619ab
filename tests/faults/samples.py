"""Small things of every kind that the files hold."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

N = 20
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "id": [f"a{i}" for i in range(N)],
        "text": [f'some "text", {i}\n x' for i in range(N)],
        "label": [f"0{i % 3}" for i in range(N)],
        "value": [str(i / 4 + 0.05) for i in range(N)],
    }
)
X = RNG.normal(size=(N, 4))
PIXELS = RNG.integers(0, 255, (8, 9, 3)).astype(np.uint8)
WORDS = [f"w{i}" for i in range(9)]
VECTORS = RNG.normal(size=(9, 12)).astype(np.float32)
TEXTS = [
    "the model reads every word",
    "a",
    "this text and each layer",
    "one word",
    "deep inside the layer",
    "every state",
]
LABELS = np.array(["x", "y\u00e9", "z"])[np.arange(N) % 3]


def put(name: str, content: Callable[[], bytes]) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content()) and None


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()
