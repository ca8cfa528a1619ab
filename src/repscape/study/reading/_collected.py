"""What is read of a source, layer by layer: the same examples in all of them, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..._types import Brief
from ...errors import InputError
from ...examples import Form
from ...graph import NeighborGraph
from ...results import Place

ID = "id"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Representation(Brief):
    """One layer of one model at one checkpoint: points, or a graph that was published."""

    place: Place
    """Where it was read."""
    points: Any = None
    """(n, d), sliceable by rows, or None."""
    graph: NeighborGraph | None = None
    """A ready graph, or None."""

    @property
    def n(self) -> int:
        """Number of examples."""
        return int(self.points.shape[0]) if self.points is not None else self.graph.n  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shaped(Brief):
    """A source together with what its caller says of the axes of its arrays."""

    source: Any
    """Whatever :func:`repscape.run` takes."""
    form: Form
    """Axes, and pooling over tokens."""


@dataclass(slots=True)
class Collected:
    """Gathered while a source is read."""

    function: str
    """What the user called."""
    form: Form = field(default_factory=Form)
    """What was said of the axes of arrays."""
    representations: list[Representation] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ids: Any = None
    images: Any = None
    extracted: dict[str, Any] = field(default_factory=dict)

    def check_unshaped(self, what: str) -> None:
        """Refuse axes and pooling for what has rows already."""
        if self.form.told:
            raise InputError(
                f"axes and pool of {self.function} are for arrays that others wrote; {what} has rows (n, d) already."
            )

    def check_ids(self, ids: Any, name: str) -> None:
        """Refuse other examples than those before, or the same in another order."""
        if self.ids is not None and list(map(str, ids)) != list(map(str, self.ids)):
            raise InputError(
                f"{name} holds other examples than what was read before it, or the same in another order (their ids differ). "
                "Representations are compared row by row: take them from the same data, with the same rows."
            )
        self.ids = ids

    def add_columns(self, columns: Mapping[str, Any], name: str) -> None:
        """Add columns that lie beside arrays; those of several models must agree, as they are of the same examples."""
        if ID in columns:
            self.check_ids(columns[ID], name)
        for column, values in columns.items():
            if column in self.columns and list(map(str, values)) != list(map(str, self.columns[column])):
                raise InputError(
                    f"{name} has a column {column!r} with other entries than the one read before it. Models are compared row "
                    "by row: give them the same examples in the same order, or take the column out of one."
                )
        self.columns |= columns
