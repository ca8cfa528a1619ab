"""Everything that an explorer shows, whoever shows it: a server, files on a host, a widget."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ... import _check
from ._example_set import TILES, ExampleSet, example_sets
from ._jobs import Job, Jobs
from ._layouts import METHODS, Layouts
from ._near import SHALLOW
from ._records import records_of
from ._selections import Selections
from ._values import ValuesOf
from ._words import Words, words_of


class Gallery:
    """One set of examples with all that is known of it."""

    def __init__(self, held: ExampleSet, jobs: Jobs) -> None:
        self.held, self.jobs = held, jobs
        self.layouts = Layouts(held, jobs)
        self.values = ValuesOf(held)
        self.selections = Selections(held)
        self._words: Words | None = None
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Have maps and neighbours read, or computed, in the background."""
        self.layouts.ask(self.layouts.usual(), first=0)
        order = self.layouts.order()
        self.jobs.ask(f"near:{order}", "Reading neighbours", lambda report: self.held.near.warm(report, order), first=2)

    def build(self, number: int) -> Job:
        """Have the neighbours of a layer computed, which the study does not keep."""
        layer = self.held.layer(number)
        what = f"Neighbours of {layer.place.layer.key}"
        return self.jobs.ask(f"build:{number}", what, lambda report: _nothing(self.held.near.build(number, report)))

    def measure(self, name: str) -> Job:
        """Have a selection measured beside all others."""
        self.selections.rows(name)
        what = f"Measuring {name!r} and the others"
        return self.jobs.ask(f"by:{name}", what, lambda report: _nothing(self.selections.measure(name, report)))

    def words(self) -> Words:
        """Return the words of the longest texts."""
        with self._lock:
            if self._words is None:
                column = self.held.text_column()
                texts = self.held.texts(column) if column else [""] * self.held.n
                self._words = words_of(texts, column, residues=bool(column) and self.held.is_sequence(column))
        return self._words

    def meta(self) -> dict[str, Any]:
        """Return what the page must know before it draws, as plain values."""
        held = self.held
        text, usual = held.text_column(), self.layouts.usual()
        return {
            "n": held.n,
            "version": held.version,
            "studies": [view.name for view in held.views],
            "layers": [
                {
                    "number": layer.number,
                    "study": layer.study,
                    "model": layer.model,
                    "step": layer.place.step,
                    "site": layer.place.layer.site,
                    "key": layer.place.layer.key,
                    "index": layer.place.layer.index,
                    "depth": layer.place.layer.depth,
                }
                for layer in held.layers.values()
            ],
            "first": next(iter(self.layouts.order()), None),
            "methods": {name: title for name, title in METHODS.items() if name != "pca" or usual == "pca"},
            "map": usual,
            "columns": [_column(held, str(name)) for name in held.table.columns],
            "text": text,
            "sequence": bool(text) and held.is_sequence(text),
            "offers": [asdict(offer) for offer in self.values.offers()],
            "pictures": None if held.pictures is None else {"tiles": TILES},
            "deepest": min(SHALLOW, held.n - 1),
            "notes": [*self.held.notes, *self.layouts.notes.values()],
        }

    def records(self) -> dict[str, Any]:
        """Return curves, matrices and conclusions."""
        return records_of(self.held)

    def strip(self, row: int, k: int, numbers: Sequence[int]) -> np.ndarray[Any, np.dtype[np.int32]]:
        """Return (layers, k) neighbours of one example across layers."""
        return self.held.near.across([self.held.layer(number) for number in numbers], row, k)


class Explorer:
    """Studies opened to be looked at; those of the same examples stand side by side."""

    def __init__(self, folders: Sequence[str | Path]) -> None:
        self.jobs = Jobs()
        self.galleries = tuple(Gallery(held, self.jobs) for held in example_sets(folders))

    def gallery(self, number: int) -> Gallery:
        """Return one set of examples."""
        return self.galleries[_check.integer(number, "set", "explore", low=0, high=len(self.galleries) - 1)]

    def names(self) -> list[str]:
        """Return what each set is called."""
        return [", ".join(view.name for view in gallery.held.views) for gallery in self.galleries]

    def close(self) -> None:
        """Stop what is being computed."""
        self.jobs.close()


def _column(held: ExampleSet, name: str) -> dict[str, Any]:
    shown = held.column(name)
    found: dict[str, Any] = {"name": name, "kind": shown.kind}
    if shown.codes is not None:
        found["levels"] = list(shown.levels)
    if shown.numbers is not None:
        known = shown.numbers[np.isfinite(shown.numbers)]
        found["range"] = [float(known.min()), float(known.max())] if known.size else [0.0, 0.0]
        found["whole"] = bool(known.size) and all(math.floor(x) == x for x in known[:1000].tolist())
    return found


def _nothing(_: object) -> None:
    """Leave a result where it is kept."""
