"""Types that stages share: what a layer is called, and a table of examples."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ._brief import Brief

if TYPE_CHECKING:
    import pandas as pd

ExampleKind = Literal["text", "protein", "image", "vectors", "array"]
Progress = Callable[[int, int, str], None]
"""Called as progress(done, total, what); it may raise KeyboardInterrupt to stop the work."""


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """Where in a network a representation was read."""

    name: str
    """Module path, unique within a model and site, e.g. "encoder.layer.3"; "embedding" for the state before block 0."""
    index: int
    """0 for the embedding, 1 for the first block, and so on."""
    depth: float
    """index over the last index: 0 for the input embedding, 1 for the last layer."""
    site: str = "residual"
    """Where in the block: residual, norm1, norm2, attn, mlp, final_norm, or "" for arrays that do not say."""
    part: str = ""
    """Which part of the state, e.g. "head.7"; "" for the whole of it."""

    @property
    def key(self) -> str:
        """The name under which stores and results keep it: "name", "name/part", and ":site" after it unless `residual`.

        Examples
        --------
        >>> LayerInfo("h.3", 4, 0.5).key, LayerInfo("h.3", 4, 0.5, site="norm1").key
        ('h.3', 'h.3:norm1')
        >>> LayerInfo("h.3", 4, 0.5, part="head.7").key
        'h.3/head.7'
        """
        whole = f"{self.name}/{self.part}" if self.part else self.name
        return whole if self.site in ("residual", "") else f"{whole}:{self.site}"

    @classmethod
    def of(cls, entries: Mapping[str, Any]) -> LayerInfo:
        """Take it from what a file holds; entries that a later version added are left where they are.

        Examples
        --------
        >>> LayerInfo.of({"name": "h.3", "index": 4, "depth": 0.5, "colour": "blue"})
        LayerInfo(name='h.3', index=4, depth=0.5, site='residual', part='')
        """
        return cls(**{field.name: entries[field.name] for field in fields(cls) if field.name in entries})


COLUMN = "column"
"""The site of what is no state: numbers that a forward pass gives of each row, such as a token's loss, (rows, 1)."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Examples(Brief):
    """The n examples that go through a model, with an id and every other column that came with them."""

    kind: ExampleKind
    """What an input is: a string of text, a string of residues, an image (h, w, c), a vector."""
    inputs: Sequence[str] | npt.NDArray[Any]
    """n inputs, in the order of the table's rows."""
    table: pd.DataFrame
    """n rows: "id" first, then labels and every other column."""
    source: str = ""
    """Where they came from, for the record."""

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.table):
            raise InputError(
                f"inputs and table of Examples must have one entry for each example. "
                f"Got {len(self.inputs)} inputs and {len(self.table)} rows."
            )

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, rows: npt.NDArray[np.int64]) -> Examples:
        """Return the examples at `rows`, in that order."""
        some: Any = self.inputs
        if isinstance(some, np.ndarray):
            some = some[rows]
        else:  # texts in a temporary file stay there
            some = some.take(rows) if hasattr(some, "take") else [some[int(i)] for i in rows]
        return replace(self, inputs=some, table=self.table.iloc[rows].reset_index(drop=True))

    def fingerprint(self) -> str:
        """Sha256 over kind, inputs and ids: equal if and only if a model would see the same data in the same order."""
        digest = hashlib.sha256(self.kind.encode())
        for entry in self.table["id"]:
            digest.update(f"\x1f{entry}".encode())
        if isinstance(self.inputs, np.ndarray):
            digest.update(f"{self.inputs.shape}{self.inputs.dtype}".encode())
            for row in self.inputs:
                digest.update(np.ascontiguousarray(row))
        else:
            for text in self.inputs:
                digest.update(f"\x1e{text}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()
