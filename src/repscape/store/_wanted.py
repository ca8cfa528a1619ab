"""What a writer was asked for: the same words make a store, and tell one that is there from another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr

from .. import _check
from .._types import LayerInfo
from ..errors import InputError, InputTypeError
from ._arrays import read_group, write_arrays
from ._compare import differences, other_examples
from ._format import VERSION, metadata_seal, new_array, plain, put_group, zarr_place
from ._table import arrays_of

if TYPE_CHECKING:
    import pandas as pd

Widths = Mapping[LayerInfo, tuple[int, Any]]
COMPARED = ("layers", "rows", "slab_rows")
SEALS = ("metadata",)  # entries of a layer that say how it was written, not what it is


@dataclass(frozen=True, slots=True)
class Wanted:
    """A store as it should be."""

    about: dict[str, Any]
    """The root attributes of an empty store."""
    provenance: dict[str, Any]
    examples: pd.DataFrame | None

    @classmethod
    def of(
        cls,
        layers: Widths,
        *,
        rows: int,
        examples: pd.DataFrame | None,
        provenance: Mapping[str, Any] | None,
        slab_rows: int,
    ) -> Wanted:
        about = _described(layers, rows, slab_rows)
        if examples is not None and len(examples) != rows:
            raise InputError(
                f"examples of StoreWriter must have one row for each of the {rows} rows. Got {len(examples)}."
            )
        return cls(about, plain(provenance or {}, "provenance of StoreWriter"), examples)

    def make(self, folder: Path, *, sync: bool) -> None:
        """Write the empty store."""
        root = zarr.open_group(zarr_place(folder), mode="a", zarr_format=3)
        group = root.create_group("layers")
        for entry in self.about["layers"]:
            shape = (self.about["rows"], entry["width"])
            new_array(group, entry["array"], shape, dtype=entry["dtype"], rows=self.about["slab_rows"])
            entry["metadata"] = metadata_seal(folder / "layers" / entry["array"])
        put_group(folder, self.about, sync=sync)
        write_arrays(folder, "provenance", {}, attributes=self.provenance, sync=sync)
        if self.examples is not None:
            arrays, columns = arrays_of(self.examples)
            write_arrays(folder, "examples", arrays, attributes=columns, sync=sync)

    def differing(self, folder: Path, about: Mapping[str, Any], free: Collection[str]) -> list[str]:
        """Say by name how the store that is there is another one."""
        _, known = read_group(folder, "provenance")
        have, want = ({name: _plainly(held[name]) for name in COMPARED} for held in (about, self.about))
        return [
            *differences(have, want, ""),
            *differences(known, self.provenance, "provenance", free=free),
            *other_examples(folder, self.examples),
        ]


def _plainly(described: Any) -> Any:
    """Leave out how layers were written; a store of format 1 knows no parts."""
    if not isinstance(described, list):
        return described
    return [{"part": "", **{k: v for k, v in entry.items() if k not in SEALS}} for entry in described]


def _described(layers: Widths, rows: int, slab_rows: int) -> dict[str, Any]:
    """Return the root attributes of a new store."""
    _check.integer(rows, "rows", "StoreWriter", low=1)
    _check.integer(slab_rows, "slab_rows", "StoreWriter", low=1)
    if not layers or len({info.key for info in layers}) != len(layers):
        raise InputError(f"layers of StoreWriter must have different keys. Got {[info.key for info in layers]}.")
    entries = []
    for i, (info, (width, dtype)) in enumerate(layers.items()):
        if np.dtype(dtype).kind != "f" or np.dtype(dtype).itemsize > 8:
            raise InputTypeError(f"dtype of layer {info.key!r} must be float16, float32 or float64. Got {dtype}.")
        width = _check.integer(width, f"width of layer {info.key!r}", "StoreWriter", low=1)
        entries.append({"array": f"{i:04d}", **asdict(info), "width": width, "dtype": np.dtype(dtype).name})
    about = {"format": VERSION, "kind": "activations", "rows": int(rows), "committed": 0, "slab_rows": int(slab_rows)}
    return {**about, "layers": entries, "state": {}}
