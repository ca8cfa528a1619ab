"""One extraction at work: what is missing is computed slab by slab, each slab written while the next one is computed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._types import COLUMN, Examples, Progress
from ..errors import StudyMismatchError
from ..extraction import Layout
from ..store import StoreWriter, open_store
from ._extract_far import Far
from ._rounding import Rounding
from ._token_rows import loss_said, token_table, written_prompt
from ._written import Written

if TYPE_CHECKING:
    import pandas as pd

    from ..extraction import Model, Slab

FREE = ("created",)  # what may differ between the runs that fill one store


@dataclass(frozen=True, slots=True)
class ExtractionJob:
    """One extraction: what goes in, and where it goes."""

    model: Model
    examples: Examples
    path: Path
    options: dict[str, Any]
    sync: bool = True
    far: Far | None = None
    """Who runs the slabs, where that is not this process."""

    @property
    def provenance(self) -> dict[str, Any]:
        """What must be the same for the rows to be the same."""
        return {
            "model": self.model.provenance(),
            "data": {
                "source": self.examples.source,
                "kind": self.examples.kind,
                "n": len(self.examples),
                "fingerprint": self.examples.fingerprint(),
            },
            "options": self.options,
            "versions": {name: version(name) for name in ("repscape", "numpy")},
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    def work(self, report: Progress) -> None:
        """Compute what is missing, slab by slab, and write each slab while the next one is computed."""
        writer = self._resumed()
        state: dict[str, Any] = {} if writer is None else writer.state
        told = self._told(state)
        total, truncated = len(self.examples), int(state.get("truncated", 0))
        report(int(state.get("examples", 0)), total, "examples")
        if writer is not None and writer.complete:
            return
        before = state.get("rounding", {}).get("errors", {})
        rounding = Rounding(self.options.get("store_dtype", "float32"), dict(before))
        notes = Written(self.path, by_token=self.options["pool"] == "token")
        with ThreadPoolExecutor(1) as pen:
            for slab in self._slabs(state, notes):
                notes.wait()
                if writer is None:
                    writer = self._created(slab, rounding)
                slab = replace(slab, states=rounding.of(slab.states))
                truncated += slab.truncated
                now: dict[str, Any] = {
                    "layout": asdict(slab.layout),
                    "examples": slab.stop,
                    "truncated": truncated,
                    **told,
                }
                if rounding.errors:
                    now["rounding"] = {"dtype": rounding.kind, "errors": dict(rounding.errors)}
                notes.pending = pen.submit(notes.write, writer, slab, now)
                report(slab.stop, total, "examples")
            notes.wait()

    def _told(self, state: dict[str, Any]) -> dict[str, Any]:
        """Return what else stands in the store's state: the prompt in full, and what is known of the loss of tokens."""
        told = {} if self.options["pool"] != "token" else {"loss": state.get("loss", loss_said(self.model))}
        if (prompt := written_prompt(self.model, self.options)) is not None:
            told["prompt"] = prompt
            if state.get("prompt", prompt) != prompt and state["examples"] < len(self.examples):
                raise StudyMismatchError(
                    f"{self.path} was begun with another prompt: {state['prompt']!r}. The chat template now writes {prompt!r} "
                    "(some write the date). Choose another folder, or delete this one to start anew."
                )
        return told

    def _slabs(self, state: dict[str, Any], notes: Written) -> Iterator[Slab]:
        from ..extraction import iterate  # loads torch, which opening the model has shown to be there

        layout = Layout(**state["layout"]) if "layout" in state else None
        start = int(state.get("examples", 0))
        left = {"store_dtype", *(() if layout is None else ("slab_rows",))}
        loss: dict[str, Any] = (
            {"loss": False} if start and "loss" not in state else {}
        )  # begun when there was no such column
        given = {name: value for name, value in self.options.items() if name not in left}
        if self.far is not None:
            given |= loss
            return self.far.slabs(self.examples, self.path, options=given, start=start, layout=layout)
        return iterate(
            self.model,
            self.examples,
            start_row=start,
            layout=layout,
            earlier=notes,
            digests=notes.digests(start),
            **given,
            **loss,
        )

    def _resumed(self) -> StoreWriter | None:
        """Open the store that is there, if any; it must be of this very extraction."""
        if not self.path.exists() or not any(self.path.iterdir()):
            return None
        held = open_store(self.path)
        now = self.provenance
        if "include_special" not in held.provenance.get("options", {}) and not self.options["include_special"]:
            now["options"] = {name: value for name, value in self.options.items() if name != "include_special"}
        arrays = (*(held[key] for key in held.layers), *held.columns.values())
        widths = {array.info: (array.shape[1], array.dtype) for array in arrays}
        rows, table = self._rows(held.total_rows // max(1, len(self.examples)))
        return StoreWriter.resume(
            self.path,
            widths,
            rows=rows,
            examples=table,
            provenance=now,
            slab_rows=held.slab_rows,
            free=FREE,
            sync=self.sync,
        )

    def _created(self, slab: Slab, rounding: Rounding) -> StoreWriter:
        rows, table = self._rows(len(slab.example) // (slab.stop - slab.start))
        widths = {
            layer: (states.shape[1], np.float32 if layer.site == COLUMN else rounding.dtype)
            for layer, states in slab.states.items()
        }
        return StoreWriter.create(
            self.path,
            widths,
            rows=rows,
            examples=table,
            provenance=self.provenance,
            slab_rows=slab.layout.slab_rows,
            sync=self.sync,
        )

    def _rows(self, each: int) -> tuple[int, pd.DataFrame]:
        """Return how many rows there will be, and their table: the examples', or one row for each real token."""
        if self.options["pool"] != "token":
            return len(self.examples), self.examples.table
        table = token_table(self.model, self.examples, self.options, each=each)
        return len(table), table
