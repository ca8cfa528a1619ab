"""States kept in fewer bits than they were computed in, and how far that moved them, said of every layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .._types import COLUMN, LayerInfo
from ..errors import InputError

Array = npt.NDArray[Any]
ROWS = 128  # of a slab, between which distances are looked at
LARGEST_HALF = 65504


def _half(rows: Array) -> Array:
    with np.errstate(over="ignore"):  # refused below, with what to do instead
        return rows.astype(np.float16)


def _brain(rows: Array) -> Array:
    """Round float32 to the nearest bfloat16, ties to even; kept as float32 whose lower half is zero, which packs to half."""
    bits = np.ascontiguousarray(rows, dtype=np.float32).view(np.uint32)
    upper: Array = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
    return upper.view(np.float32)


KINDS: Mapping[str, tuple[type[np.floating[Any]], Callable[[Array], Array]]] = {
    "float16": (np.float16, _half),
    "bfloat16": (np.float32, _brain),
}
STORE_DTYPES = ("float32", *KINDS)


@dataclass(slots=True)
class Rounding:
    """Rounds slabs of rows, and keeps the largest errors of each layer."""

    kind: str
    """One of STORE_DTYPES; "float32" rounds nothing, as that is what states come in."""
    errors: dict[str, dict[str, float]] = field(default_factory=dict)
    """Layer -> largest relative error of a row ("row"), and of a distance among the pairs looked at ("distance")."""

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """What numpy keeps the rows in; it has no bfloat16."""
        return KINDS[self.kind][0] if self.kind in KINDS else np.float32

    def of(self, states: Mapping[LayerInfo, Array]) -> Mapping[LayerInfo, Array]:
        """Return the rows as they are kept.

        Raises
        ------
        InputError
            If an entry is too large for float16.
        """
        if self.kind not in KINDS:
            return states
        return {
            layer: rows if layer.site == COLUMN else self._rounded(layer.key, np.asarray(rows, dtype=np.float32))
            for layer, rows in states.items()
        }

    def _rounded(self, key: str, rows: Array) -> Array:
        kept = KINDS[self.kind][1](rows)
        if self.kind == "float16" and (np.abs(rows) > LARGEST_HALF).any():
            raise InputError(
                f"store_dtype of extract must hold every state of layer {key!r}: float16 ends at {LARGEST_HALF:,}. "
                f"Got {np.abs(rows).max():.3g}. Take 'bfloat16' or 'float32'."
            )
        exact, near = rows.astype(np.float64), kept.astype(np.float64)
        before = self.errors.get(key, {"row": 0.0, "distance": 0.0})
        some = np.unique(np.linspace(0, len(rows) - 1, min(ROWS, len(rows))).astype(np.int64))
        self.errors[key] = {
            "row": max(before["row"], _largest(np.linalg.norm(near - exact, axis=1), np.linalg.norm(exact, axis=1))),
            "distance": max(before["distance"], _largest(*_moved(exact[some], near[some]))),
        }
        return kept


def _moved(exact: Array, near: Array) -> tuple[Array, Array]:
    """Return how far each distance between rows was moved, and the distance."""
    from scipy.spatial.distance import pdist  # slow to import

    distances = pdist(exact)
    return np.abs(pdist(near) - distances), distances


def _largest(moved: Array, size: Array) -> float:
    """Return the largest relative error; what was 0 and stayed 0 has none."""
    where = size > 0
    return float((moved[where] / size[where]).max(initial=0.0))


def rounding_said(state: Mapping[str, Any]) -> str:
    """Say how far the rows of a store were moved, from the state that its writer committed; "" where they were not."""
    held = state.get("rounding") or {}
    errors = held.get("errors") or {}
    if not errors:
        return ""
    worst = {what: max(errors, key=lambda key: errors[key][what]) for what in ("row", "distance")}
    return (
        f"rows are kept as {held['dtype']}: the largest relative error of a row is {errors[worst['row']]['row']:.1e} "
        f"({worst['row']}), of a distance {errors[worst['distance']]['distance']:.1e} ({worst['distance']}), among all pairs "
        f"of {ROWS} rows of every slab"
    )
