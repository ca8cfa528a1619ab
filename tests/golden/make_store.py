"""Write the golden store: small, but with every kind of entry that docs/format.md names.

Run `python tests/golden/make_store.py` only when the format's version changes; readers must go on reading the old one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from repscape._types import LayerInfo
from repscape.store import StoreWriter, write_arrays

LAYERS = {
    LayerInfo("embedding", 0, 0.0): (4, "float32"),
    LayerInfo("h.0", 1, 0.5, "norm1"): (3, "float16"),
    LayerInfo("h.<1>/b: c", 2, 1.0): (2, "float64"),
}
EXAMPLES = pd.DataFrame(
    {
        "id": [f"e{i}" for i in range(7)],
        "label": [0, 1, 2, 0, 1, 2, 0],
        "text": ["good", "", "naïve ☃", None, "<b>", "x" * 40, "end"],
        "score": [0.5, np.nan, 1.5, 2.5, 3.5, 4.5, 5.5],
        "year": pd.array([1999, None, 2001, 2002, 2003, 2004, 2005], dtype="Int64"),
        "tags": [["a"], [], ["b", "c"], [], [], [], [{"d": 1}]],
    }
)
PROVENANCE = {"model": {"id": "tiny", "revision": "abc"}, "seed": 0, "options": {"pool": "mean", "max_length": 128}}
GROUP = {"indices": np.array([[1, 2], [0, 2], [0, 1]], dtype=np.int32), "names": np.array(["a", "bb", "ccc"])}


def values(info: LayerInfo) -> np.ndarray:
    """Return the (7, width) array of a layer: exact in every dtype."""
    width = LAYERS[info][0]
    return (np.arange(7 * width).reshape(7, width) - 5) / 4


def write(path: Path) -> None:
    """Write the store at `path`, 5 of its 7 rows in two appends, in chunks of 3."""
    writer = StoreWriter.create(path, LAYERS, rows=7, examples=EXAMPLES, provenance=PROVENANCE, slab_rows=3)
    for start, stop in ((0, 3), (3, 5)):
        writer.append({info: values(info)[start:stop] for info in LAYERS}, state={"tokens": 512})
    write_arrays(path, "graph of h.0:norm1", GROUP, attributes={"k": 2, "metric": "euclidean"})


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "store_v2.zarr")
