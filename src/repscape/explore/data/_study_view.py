"""One study while somebody looks at it: read where it is kept, and read anew when it has grown."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ... import _check
from ...errors import InputError, RepscapeError, StudyMismatchError
from ...examples import Rows
from ...graph import NeighborGraph
from ...results import Place, Results
from ...study import StudyFolder, kept_places, neighbors_of, open_study, read_study, stamp_of
from ...study.reading import Representation, pictures_of, preprocessed

Spot = tuple[str, str, float | None]
LOOKED_AT = 3  # rows that say whether points are still those of the graph
ALIKE = 1e-5
ID = "id"


def spot_of(place: Place) -> Spot:
    """Return what tells a representation from the others of its study."""
    return place.model, place.layer.key, place.step


class StudyView:
    """What a study folder offers; every method reads, and says when others may write."""

    def __init__(self, folder: Path, name: str) -> None:
        self.study = open_study(folder)
        self.name = name
        self._lock, self._own = threading.RLock(), threading.Lock()
        self._read()

    def _read(self) -> None:
        self.stamp = stamp_of(self.study)
        self.places: dict[Spot, Place] = {}
        self._contents: dict[Spot, str] = {}
        for place, contents in kept_places(self.study).items():
            self.places[spot_of(place)] = place
            self._contents[spot_of(place)] = contents
        self._source: Mapping[Spot, Representation] | None = None
        self._columns: pd.DataFrame | None = None
        self._results: Results | None = None

    def grown(self) -> bool:
        """Read anew where something was committed meanwhile; say whether it was."""
        if stamp_of(self.study) == self.stamp:
            return False
        with self._lock:
            self.study = open_study(self.folder.path)
            self._read()
        return True

    @property
    def folder(self) -> StudyFolder:
        """Where it lies."""
        return self.study.folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder's lock; of this explorer's own threads one waits for the other.

        Raises
        ------
        BusyError
            Another process writes to the study.
        """
        with self._own, self.folder.writing():
            yield

    def contents(self, spot: Spot) -> str:
        """Return a name for the points of a representation: other points, another name."""
        return self._contents.get(spot) or f"{self.folder.held().get('study', {}).get('data', '')}|{spot}"

    @property
    def n(self) -> int:
        """Number of examples."""
        contents = self.folder.contents()
        return contents.n if contents is not None else int(self.folder.held()["study"].get("examples", len(self.table)))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each example: everything that is known of it."""
        with self._lock:
            if self._columns is None:
                table = self.study.examples
                more = {name: values for name, values in self._beside(table).items() if name not in table.columns}
                wanted = pd.DataFrame({name: pd.Series(list(values), dtype=object) for name, values in more.items()})
                whole = pd.concat([table.reset_index(drop=True), wanted.infer_objects()], axis=1)
                self._columns = whole if len(whole.columns) else pd.DataFrame(index=pd.RangeIndex(self.n))
        return self._columns

    def _beside(self, table: pd.DataFrame) -> Mapping[str, Any]:
        """Return columns that study.toml names and no measure reads, such as the texts of a study of arrays."""
        try:
            given = replace(read_study(self.folder.path), kept={}).read_columns()
            ids = table[ID].to_numpy() if ID in table.columns else None
            return given.joined(Rows(self.n, "the examples", ids), "explore")[0] if given else {}
        except RepscapeError:
            return {}  # their file is gone, or has changed: what the study keeps is enough to go on

    @property
    def results(self) -> Results:
        """Everything that is finished."""
        with self._lock:
            if self._results is None:
                self._results = self.study.results
        return self._results

    def points(self, spot: Spot) -> Any:
        """Return the points of a representation as the graph saw them: (n, d), rows by slices.

        Raises
        ------
        InputError
            They were in memory, or their files are gone.
        StudyMismatchError
            They have changed since.
        """
        with self._lock:
            if self._source is None:
                self._source = {spot_of(one.place): one for one in self.study.source().representations}
            found = self._source.get(spot)
        if found is None or found.points is None:
            raise InputError(f"layer {spot[1]!r} of {self.folder.path} came as a neighbour graph: it has no points.")
        steps = self.study.plan.preprocess
        points = found.points
        if steps:
            points, _ = preprocessed(_check.points(points, f"layer {spot[1]!r}", "explore"), tuple(steps), spot[1])
        return points

    def graph(self, spot: Spot, *, distances: bool = True) -> NeighborGraph | None:
        """Return the kept graph of all rows; None where the study has none."""
        return neighbors_of(self.study, self.places[spot], distances=distances)

    def check_points(self, points: Any, graph: NeighborGraph | None, spot: Spot) -> None:
        """Refuse points that are not those that the kept graph was built from, by a few of its distances."""
        if graph is None or graph.distances is None or graph.metric != "euclidean" or points.shape[0] != graph.n:
            return
        for row in np.linspace(0, graph.n - 1, LOOKED_AT).astype(int):
            near = int(np.asarray(graph.indices)[row, 0])
            one, two = (np.asarray(points[i : i + 1], dtype=np.float64)[0] for i in (int(row), near))
            if not np.isclose(float(np.linalg.norm(one - two)), graph.distances[row, 0], rtol=ALIKE, atol=1e-12):
                raise StudyMismatchError(
                    f"the data of layer {spot[1]!r} have changed since the study {self.folder.path} was made of them. "
                    "Put the data back, or run the study again."
                )

    def pictures(self) -> Any:
        """Return the examples as images where the study was made of images; None where not."""
        try:
            return pictures_of(read_study(self.folder.path), self.study.source())
        except RepscapeError:
            return None  # they are not needed for anything but looking at
