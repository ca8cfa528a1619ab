"""The same examples in one study or several: every representation under a number that it keeps, columns, pictures."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ... import _check
from ...errors import InputError, UnknownNameError
from ...examples import ShownColumn, sheet, shown_column, thumbnails
from ._layer import Layer
from ._near import Near
from ._study_view import Spot, StudyView

LETTERS = 240  # of a class's name
LEVELS = 2000  # classes of a column
TEXT = 4000  # letters of one text
TILES = 256  # pictures on one sheet
RESIDUES = frozenset("ACDEFGHIKLMNPQRSTVWYXBZUO*-")
ID = "id"


class ExampleSet:
    """Studies of the very same examples, looked at together."""

    def __init__(self, views: Sequence[StudyView]) -> None:
        self.views = tuple(views)
        self._numbers: dict[tuple[int, Spot], int] = {}
        self._lock = threading.RLock()
        self.version = 0
        self._read()

    def _read(self) -> None:
        layers = []
        for study, view in enumerate(self.views):
            for spot, place in view.places.items():
                number = self._numbers.setdefault((study, spot), len(self._numbers))
                model = place.model if len(self.views) == 1 else " · ".join(filter(None, (view.name, place.model)))
                layers.append(Layer(number, study, place, model))
        self.layers: Mapping[int, Layer] = {layer.number: layer for layer in layers}
        self.n = self.views[0].n
        self.notes = self._taken()
        self.near = Near(self)
        self._shown: dict[str, ShownColumn] = {}
        self._table: pd.DataFrame | None = None
        self._sheets: dict[int, tuple[bytes, str, int]] = {}
        self._pictures: Any = None
        self._looked = False

    def grown(self) -> bool:
        """Read anew where a study has grown; say whether one has."""
        with self._lock:
            grown = [view.grown() for view in self.views]  # every one is asked
            if not any(grown):
                return False
            self._read()
            self.version += 1
        return True

    def _taken(self) -> list[str]:
        """Say where nothing in the studies tells that their examples are the same."""
        first = self.views[0]
        return [
            f"{first.name} and {view.name} have no column in common: their examples are taken to be the same ones, in the same "
            f"order, because both have {self.n:,}."
            for view in self.views[1:]
            if not set(first.table.columns) & set(view.table.columns)
        ]

    # ---- representations

    def layer(self, number: int, function: str = "explore") -> Layer:
        """Return a representation by its number."""
        if number not in self.layers:
            raise UnknownNameError(
                f"place of {function} must be one of {_check.shown(list(self.layers))}. Got {number}: reload the page."
            )
        return self.layers[number]

    def find(self, layer: str, *, model: str = "", step: float | None = None) -> Layer:
        """Return a representation by its names; the model may be left out where one alone has the layer.

        Raises
        ------
        UnknownNameError
            There is none, or there are several.
        """
        if model:
            names = dict.fromkeys([*(held.model for held in self.layers.values()), *self._own_models()])
            _check.choice(model, "model", "neighbors", names)
        of_model = [held for held in self.layers.values() if model in ("", held.model, held.place.model)]
        _check.choice(layer, "layer", "neighbors", dict.fromkeys(held.place.layer.key for held in of_model))
        found = [held for held in of_model if held.place.layer.key == layer and step in (None, held.place.step)]
        if len(found) == 1:
            return found[0]
        several = [f"model={held.model!r} step={held.place.step}" for held in found]
        raise UnknownNameError(
            f"layer of neighbors must say which: {layer!r} is that of {', '.join(several[:8]) or f'no step {step}'}."
        )

    def _own_models(self) -> list[str]:
        return [held.place.model for held in self.layers.values()]

    # ---- examples

    @property
    def table(self) -> pd.DataFrame:
        """Every column of the examples; of several studies together, the first that has it."""
        with self._lock:
            if self._table is None:
                whole = self.views[0].table
                for view in self.views[1:]:
                    more = [name for name in view.table.columns if name not in whole.columns]
                    whole = whole.assign(**{str(name): view.table[name].to_numpy() for name in more})
                self._table = whole
        return self._table

    def column(self, name: str) -> ShownColumn:
        """Return a column as it is shown: classes, numbers or text."""
        if name not in self._shown:
            _check.choice(name, "column", "explore", [str(held) for held in self.table.columns])
            self._shown[name] = shown_column(self.table[name], letters=LETTERS, levels=LEVELS)
        return self._shown[name]

    def texts(self, name: str) -> list[str]:
        """Return a column as it is written; "" where it is missing."""
        held = self.table[name]
        return ["" if gone else str(value) for value, gone in zip(held, held.isna(), strict=True)]

    def rows(self, rows: Sequence[int]) -> list[dict[str, str]]:
        """Return what is known of some examples, written."""
        for row in rows:
            _check.integer(row, "row", "explore", low=0, high=self.n - 1, why="n - 1")
        part = self.table.iloc[list(rows)]
        gone = part.isna().to_numpy(dtype=bool)
        return [
            {
                str(name): str(value)[:TEXT]
                for name, value, no in zip(part.columns, held, missing, strict=True)
                if not no
            }
            for held, missing in zip(part.itertuples(index=False, name=None), gone, strict=True)
        ]

    def search(self, text: str, column: str = "") -> npt.NDArray[np.uint32]:
        """Return the rows that hold a text, in one column or any; capitals do not count."""
        wanted = text.casefold()
        names = [column] if column else [str(name) for name in self.table.columns]
        found = np.zeros(self.n, dtype=bool)
        for name in names:
            held = self.column(name)
            if held.codes is not None:
                levels = np.array([wanted in level.casefold() for level in (*held.levels, "")])
                found |= levels[held.codes]
            else:
                found |= np.fromiter((wanted in entry.casefold() for entry in self.texts(name)), bool, self.n)
        return np.flatnonzero(found).astype(np.uint32)

    def text_column(self) -> str:
        """Return the column with the longest texts; "" where there is none."""
        sizes = {
            str(name): sum(map(len, self.texts(str(name))))
            for name in self.table.columns
            if str(name) != ID and self.column(str(name)).kind == "text"
        }
        return max(sizes, key=lambda name: sizes[name], default="")

    def is_sequence(self, name: str) -> bool:
        """Whether a column of text holds sequences of residues."""
        shown = [text for text in self.texts(name)[:200] if text]
        return bool(shown) and all(len(text) > 15 and RESIDUES.issuperset(text.upper()) for text in shown)

    # ---- pictures

    @property
    def pictures(self) -> Any:
        """The examples as images, or None."""
        with self._lock:
            if not self._looked:
                self._pictures, self._looked = self.views[0].pictures(), True
        return self._pictures

    def sheet(self, number: int) -> tuple[bytes, str, int]:
        """Return the pictures of TILES examples on one sheet, its kind, and how many stand in a row."""
        if self.pictures is None:
            raise InputError("the examples of this study are no images.")
        _check.integer(number, "sheet", "explore", low=0, high=(self.n - 1) // TILES)
        if number not in self._sheets:
            rows = range(number * TILES, min(self.n, (number + 1) * TILES))
            self._sheets[number] = sheet(thumbnails(self.pictures[row] for row in rows))
        return self._sheets[number]


def example_sets(folders: Sequence[str | Path]) -> tuple[ExampleSet, ...]:
    """Open studies, those of the same examples together.

    Raises
    ------
    InputError
        One is no study, or none is given.
    """
    if not folders:
        raise InputError("studies of explore must name at least one study folder. Got none.")
    paths = [Path(folder) for folder in folders]
    names = [path.resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    held: list[list[StudyView]] = []
    for path, name in zip(paths, names, strict=True):
        view = StudyView(path, name)
        together = next((views for views in held if _same_examples(views[0], view)), None)
        if together is None:
            held.append([view])
        else:
            together.append(view)
    return tuple(ExampleSet(views) for views in held)


def _same_examples(one: StudyView, other: StudyView) -> bool:
    """Whether two studies hold the same examples in the same order: by their ids, else by the columns that both have."""
    if one.n != other.n:
        return False
    shared = [name for name in one.table.columns if name in other.table.columns]
    told = [ID] if ID in shared else shared
    return all(_written(one.table[name]) == _written(other.table[name]) for name in told)


def _written(column: pd.Series[Any]) -> list[str]:
    return [str(value) for value in column]
