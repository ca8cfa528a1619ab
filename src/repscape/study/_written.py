"""What an extraction has written so far: rows that copies take again, and the digests by which copies are known."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..extraction import Rows
from ..machine import is_far, write_far
from ..store import StoreWriter, reopen_store

if TYPE_CHECKING:
    from ..extraction import Slab

IntArray = npt.NDArray[np.int64]
DIGESTS, DIGEST_BYTES = "inputs.digests", 16


@dataclass(slots=True)
class Written:
    """The store of one extraction, as the forward pass needs it."""

    path: Path
    """The store's folder."""
    by_token: bool
    """Whether an example has a row for each of its tokens."""
    pending: Future[int] | None = None
    """The slab that is being written."""

    def wait(self) -> None:
        """Wait until the last slab is on disk; what went wrong there is raised here."""
        if self.pending is not None:
            self.pending.result()
            self.pending = None

    def write(self, writer: StoreWriter, slab: Slab, state: Mapping[str, Any]) -> int:
        """Write the digests of a slab, then its rows; only these commit it."""
        file = self.path / DIGESTS
        if is_far(self.path):  # objects are written whole: one for each slab
            write_far(self.path / f"{DIGESTS}.{slab.start:012d}", slab.digests.tobytes())
            return writer.append(slab.states, state=state)
        with file.open("r+b" if file.exists() else "w+b") as opened:
            opened.seek(slab.start * DIGEST_BYTES)
            opened.write(slab.digests.tobytes())
        return writer.append(slab.states, state=state)

    def digests(self, examples: int) -> npt.NDArray[np.uint8] | None:
        """Return the digests of the first examples, or None where not all were kept."""
        file = self.path / DIGESTS
        if is_far(self.path):
            parts = sorted(self.path.glob(f"{DIGESTS}.*"), key=str)
            held = np.frombuffer(b"".join(part.read_bytes() for part in parts), np.uint8)[: examples * DIGEST_BYTES]
        elif not examples or not file.is_file():
            return None
        else:
            held = np.fromfile(file, dtype=np.uint8, count=examples * DIGEST_BYTES)
        return held.reshape(-1, DIGEST_BYTES) if held.size == examples * DIGEST_BYTES else None

    def has(self, example: int) -> bool:
        """Say that all earlier rows are there."""
        return True

    def keep(self, rows: Rows) -> None:
        """Nothing to do: rows are on disk."""

    def read(self, examples: IntArray) -> Rows:
        """Read the rows of examples back, each chunk once."""
        self.wait()
        store = reopen_store(self.path)
        starts, counts = self._places(store.examples["example"].to_numpy() if self.by_token else None, examples)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(starts, counts) + within
        arrays = (*(store[key] for key in store.layers), *store.columns.values())
        return Rows(examples, counts, {array.info: array[rows] for array in arrays})

    @staticmethod
    def _places(owners: IntArray | None, examples: IntArray) -> tuple[IntArray, IntArray]:
        """Return the first row of each example, and how many it has; `owners` rise."""
        if owners is None:
            return examples, np.ones(len(examples), dtype=np.int64)
        starts = np.searchsorted(owners, examples, side="left")
        return starts, np.searchsorted(owners, examples, side="right") - starts
