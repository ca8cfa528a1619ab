"""The k-nearest-neighbour graph of one representation: what every neighbourhood measure reads.

It is immutable. A graph either comes from :func:`repscape.knn_graph`, which is exact, or from published arrays through
:meth:`NeighborGraph.from_arrays`, which checks what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import Brief, Markup
from ..errors import GraphDepthError
from ._card import graph_card
from ._from_arrays import check_arrays, read_arrays
from ._searched import Searched

if TYPE_CHECKING:
    from ..measures import Estimate  # house: door

IndexArray = npt.NDArray[np.int32] | npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NeighborGraph(Brief):
    """The k nearest neighbours of n points, nearest first, the point itself never among them.

    Build one with :func:`repscape.knn_graph` or :meth:`NeighborGraph.from_arrays`. The arrays are read-only. However it is
    made, indices out of range are refused: compiled loops rely on them.

    Examples
    --------
    >>> import numpy as np, repscape as rs
    >>> g = rs.knn_graph(np.array([[0.0], [1.0], [3.0], [7.0]]), k=2)
    >>> g.indices.tolist()
    [[1, 2], [0, 2], [1, 0], [2, 1]]
    >>> g.distances[0].tolist()
    [1.0, 3.0]
    """

    indices: IndexArray | None
    """(n, k) int32 or int64, or None where only distances were published."""
    distances: npt.NDArray[np.float64] | None
    """(n, k) float64, or None where only indices were published."""
    metric: str | None = "euclidean"
    """The distance, or None where it is not known."""
    certificate: Mapping[str, float] = field(default_factory=dict)
    """Share of rows certified at each precision; empty where the graph was not built here."""
    members: npt.NDArray[np.int64] | None = None
    """(rows,) int64: the point that each row of the source stands for, where identical rows were merged; else None."""
    copy_bound: float = 0.0
    """Rows this near may differ by rounding alone: dimensions count them as one point. 0 where that is not known."""
    near_copies: int = 0
    """Rows that were merged because of rounding, beside identical ones."""
    searched: Searched | None = None
    """Of a graph with method="approximate": what exactly searched rows say of it; None where every neighbour is certain."""
    tied: npt.NDArray[np.bool_] | None = None
    """(n, k) of a graph whose distances were put away: which neighbours are as far as the one before; None where none are."""

    def __post_init__(self) -> None:
        check_arrays(self.indices, self.distances, self.members)
        for name in ("indices", "distances", "members", "tied"):
            if (array := getattr(self, name)) is not None:
                held = array.view()  # the caller's own array stays writable
                held.setflags(write=False)
                object.__setattr__(self, name, held)

    def _repr_html_(self) -> Markup:
        """Return what a notebook shows."""
        merged = f"{self.rows - self.n:,} rows of {self.rows:,}, which others stand for" if self.rows > self.n else ""
        certified = ", ".join(f"{share:.2%} with {name} products" for name, share in self.certificate.items())
        holds = " and ".join(name for name in ("indices", "distances") if getattr(self, name) is not None)
        told = "" if self.searched is None else str(self.searched)
        facts = {"metric": self.metric, "holds": holds, "certified": certified, "approximate": told, "merged": merged}
        title = f"{self.k:,} nearest neighbours of {self.n:,} points"
        return graph_card(title, facts, indices=self.indices, distances=self.distances)

    @property
    def n(self) -> int:
        """Number of points."""
        return int(self._held.shape[0])

    @property
    def k(self) -> int:
        """Number of neighbours stored for each point; published distances may be fewer than the indices."""
        return int(self._held.shape[1])

    @property
    def _held(self) -> npt.NDArray[Any]:
        held = self.indices if self.indices is not None else self.distances
        return np.empty((0, 0)) if held is None else held

    @property
    def method(self) -> str:
        """ "approximate" where some neighbours may be missing, else "exact"."""
        return "exact" if self.searched is None else "approximate"

    @property
    def recall(self) -> Estimate:
        """Share of the true neighbours that the graph has: 1 where it is exact, else an estimate from exactly searched rows.

        An :class:`repscape.Estimate` with its standard error over rows and its interval; `n` is the number of rows searched.
        """
        from ..measures import Estimate  # house: door

        held = self.searched
        if held is None:
            return Estimate(1.0, self.n, options={"method": "exact"})
        about = {"method": self.method, "k": self.k, "error": "rows", "searched": held.rows}
        return Estimate(held.recall, held.rows, held.error, held.interval, options=about)

    @property
    def rows(self) -> int:
        """Number of rows of the source: n, and more where identical rows were merged."""
        return self.n if self.members is None else int(self.members.shape[0])

    def ties(self) -> npt.NDArray[np.bool_] | None:
        """Return (n, m) which neighbours are as far as the one before them; None where none are, or it is not known.

        Neighbours at equal distances stand in the order of the rows.
        """
        if self.distances is None:
            return self.tied
        same = np.zeros(self.distances.shape, dtype=np.bool_)
        np.equal(self.distances[:, 1:], self.distances[:, :-1], out=same[:, 1:])
        return same if same.any() else None

    def without_distances(self) -> NeighborGraph:
        """Return the graph with its indices alone, and with which neighbours are tied, in an eighth of the memory."""
        return self if self.distances is None else replace(self, distances=None, tied=self.ties())

    def truncate(self, k: int) -> NeighborGraph:
        """Return the graph of the k nearest neighbours only.

        Parameters
        ----------
        k : int
            From 1 to the k stored here.

        Raises
        ------
        GraphDepthError
            If k is larger than what is stored.
        """
        _check.integer(k, "k", "NeighborGraph.truncate", low=1)
        self.require("NeighborGraph.truncate", k=k)
        if k == self.k:
            return self
        indices: Any = None if self.indices is None else np.ascontiguousarray(self.indices[:, :k])
        distances = None if self.distances is None else np.ascontiguousarray(self.distances[:, :k])
        searched = None if self.searched is None else self.searched.truncated(k)
        tied = None if self.tied is None else np.ascontiguousarray(self.tied[:, :k])
        return replace(self, indices=indices, distances=distances, searched=searched, tied=tied)

    def require(self, function: str, *, k: int = 1, what: tuple[str, ...] = ()) -> None:
        """Raise unless at least k neighbours, and the arrays named in `what`, are stored."""
        for name in what or (("indices",) if self.indices is not None else ("distances",)):
            array = getattr(self, name)
            if array is None:
                other = "distances" if name == "indices" else "indices"
                raise GraphDepthError(f"{function} needs the {name} of the neighbours. This graph holds {other} only.")
            if k > array.shape[1]:
                raise GraphDepthError(
                    f"{function} needs the {name} of {k} neighbours of each point; the graph holds {array.shape[1]}. "
                    f"Build it deeper: knn_graph(X, k={k})."
                )

    @classmethod
    def from_arrays(
        cls,
        indices: Any = None,
        distances: Any = None,
        *,
        self_column: Literal["auto", "first", "none"] = "auto",
        metric: str | None = "euclidean",
    ) -> NeighborGraph:
        """Take a graph that was published as arrays.

        Parameters
        ----------
        indices : (n, m) array of int, optional
            Neighbours of each point, nearest first.
        distances : (n, m') array of float, optional
            Their distances, not decreasing along a row; they may be fewer than the indices (three columns are enough
            for TwoNN).
        self_column : {"auto", "first", "none"}
            Whether a point is listed as its own neighbour. "first": in the first column (indices equal to the row
            number, or distances equal to 0). "none": nowhere. "auto": decided from the arrays: with indices, the point
            itself is removed wherever it stands; in rows where copies of a point have pushed it out, the last neighbour
            goes instead, so that all rows keep one length. With distances alone, a first column of zeros is the point
            itself.
        metric : str, optional
            The distance that was used, for the record.

        Returns
        -------
        NeighborGraph
            With ``indices`` or ``distances`` None where they were not given. Ties keep the order they came in.

        Raises
        ------
        InputError
            If neither array is given; indices are out of range, negative or repeated in a row; distances are negative,
            not finite, or decrease along a row; or `self_column` contradicts the arrays.

        Examples
        --------
        >>> import numpy as np, repscape as rs
        >>> g = rs.NeighborGraph.from_arrays(indices=np.array([[0, 1, 2], [1, 0, 2], [2, 1, 0]]))
        >>> g.indices.tolist(), g.k
        ([[1, 2], [0, 2], [1, 0]], 2)
        """
        clean_indices, clean_distances = read_arrays(indices, distances, self_column)
        return cls(indices=clean_indices, distances=clean_distances, metric=metric)
