"""What the page shows of single examples: where they lie in each layer, which are near, what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ... import _check
from ..._types import Brief, Progress
from ...errors import InputError
from ...examples import Pictures, thumbnails
from ...measures.structure import METHODS
from ...results import Place
from ...study.reading import Source, read_source
from ._laid import lay_representations
from ._numbers import affordable, drawn

MOST = 20_000
NEIGHBORS = 10
BYTES = 4_500_000  # of coordinates, neighbours, texts and pictures, before they are packed
LETTERS = 240  # of one text
PICTURE_BYTES = 1000  # of a thumbnail, about


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExampleMap(Brief):
    """The same examples in every layer: two coordinates, nearest neighbours, columns, pictures.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> X = np.random.default_rng(0).normal(size=(200, 3))
    >>> shown = rs.report.map_examples({"a": X, "b": X**3})
    >>> shown.n
    200
    """

    n: int
    """How many examples the study has."""
    rows: npt.NDArray[np.int64]
    """(m,) which of them are shown."""
    places: tuple[Place, ...]
    """Representations, in the order of models, checkpoints, sites and depth."""
    coordinates: Mapping[str, npt.NDArray[np.float64]]
    """Method -> (representations, m, 2)."""
    shares: npt.NDArray[np.float64]
    """(representations, 2) share of the variance along the two principal components."""
    neighbors: npt.NDArray[np.int64]
    """(representations, m, k) nearest among the shown, as positions in `rows`."""
    table: pd.DataFrame
    """m rows: every column that is known of the examples."""
    pictures: Pictures | None = None
    """(m, h, w, 3) thumbnails, where the examples are images."""
    notes: tuple[str, ...] = ()
    """What a reader must know: what was left out, and why."""


def map_examples(
    source: Any,
    *,
    columns: Mapping[str, Any] | None = None,
    pictures: Any = None,
    methods: Sequence[str] = ("pca",),
    most: int = MOST,
    neighbors: int = NEIGHBORS,
    rng: int = 0,
    progress: Progress | None = None,
) -> ExampleMap:
    """Lay examples out in every layer, for :func:`repscape.write_report`.

    Parameters
    ----------
    source : store, path, dict or Trajectory
        What :func:`repscape.run` was given.
    columns : mapping of str to (n,) array, optional
        Labels, values and texts of the examples; they replace columns of the same name that the source brings.
    pictures : (n, h, w[, c]) array or sequence of images, optional
        The examples as images.
    methods : sequence of {"pca", "tsne", "umap", "mds"}
        How to come to two coordinates; the page offers each.
    most : int
        Show at most so many examples, drawn at random; fewer where the page would become too large. The page says it.
    neighbors : int
        How many nearest neighbours of each, among the examples that are shown.
    rng : int
        Draws the examples, and seeds the methods that need it.
    progress : callable, optional
        Called as progress(done, total, what).

    Returns
    -------
    ExampleMap
        To be given to `write_report(..., study=...)`.

    Raises
    ------
    InputError
        If no layer has points (published neighbour graphs have none), or there are not as many pictures as examples.
    UnknownNameError
        If a method does not exist.

    Examples
    --------
    >>> import numpy as np
    >>> from repscape.report import map_examples
    >>> X = np.random.default_rng(0).normal(size=(50, 4))
    >>> found = map_examples({"a": X, "b": X[:, :2]}, columns={"side": X[:, 0] > 0})
    >>> found.coordinates["pca"].shape, found.neighbors.shape, list(found.table.columns)
    ((2, 50, 2), (2, 50, 10), ['side'])
    """
    found = read_source(source, columns, function="map_examples")
    return lay_out(
        found, pictures=pictures, methods=methods, most=most, neighbors=neighbors, rng=rng, progress=progress
    )


def lay_out(
    source: Source,
    *,
    pictures: Any = None,
    methods: Sequence[str] = ("pca",),
    most: int = MOST,
    neighbors: int = NEIGHBORS,
    rng: int = 0,
    progress: Progress | None = None,
) -> ExampleMap:
    """Do the work of :func:`map_examples` on what was read."""
    for method in methods:
        _check.choice(method, "methods", "map_examples", METHODS)
    _check.integer(most, "most", "map_examples", low=3, high=100_000, why="a page cannot show more")
    _check.integer(neighbors, "neighbors", "map_examples", low=1, high=1000, why="a page cannot show more")
    held = [one for one in source.representations if one.points is not None]
    if not held:
        raise InputError("source of map_examples must hold points; neighbour graphs alone cannot be drawn.")
    if pictures is not None and len(pictures) != source.n:
        raise InputError(f"pictures of map_examples must be {source.n}, one for each example. Got {len(pictures)}.")
    each = LETTERS * _texts(source) + PICTURE_BYTES * (pictures is not None) + 20
    room = affordable(source.n, len(held), neighbors=neighbors, methods=methods, each=each, budget=BYTES)
    rows = drawn(source.n, min(most, room), rng)
    laid = lay_representations(held, rows, methods=methods, k=min(neighbors, len(rows) - 1), rng=rng, progress=progress)
    return ExampleMap(
        n=source.n,
        rows=rows,
        places=tuple(one.place for one in held),
        coordinates=laid.coordinates,
        shares=laid.shares,
        neighbors=laid.neighbors,
        table=_table(source, rows),
        pictures=None if pictures is None else thumbnails(pictures[int(row)] for row in rows),
        notes=_notes(source, len(rows), len(held)),
    )


def _texts(source: Source) -> int:
    """Count the columns of text, whose entries take room."""
    return sum(np.asarray(column).dtype.kind in "OUT" for column in source.columns.values())


def _table(source: Source, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    columns = {name: np.asarray(column)[rows] for name, column in source.columns.items()}
    return pd.DataFrame(columns, index=pd.RangeIndex(len(rows)))


def _notes(source: Source, shown: int, held: int) -> tuple[str, ...]:
    words = []
    if shown < source.n:
        words.append(
            f"{shown:,} of {source.n:,} examples are shown, drawn at random; neighbours are the nearest among these."
        )
    if held < len(source.representations):
        words.append("Layers that came as neighbour graphs have no points and are left out.")
    return tuple(words)
