"""The digest over the chunks of all layers, slab by slab."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._format import check_seal, chunk_files, chunks_seal, reading


def check_layers(path: Path, about: Mapping[str, Any]) -> None:
    """Compare the chunks that are there with those that were committed, all layers at once."""
    if "chunks" in about:
        with reading(str(path)):
            check_seal(
                slabs_seal(path, about, range(about["slabs"])),
                about["chunks"],
                f"{path}: a chunk of its committed rows",
            )


def slabs_seal(path: Path, about: Mapping[str, Any], slabs: range, *, before: str = "") -> str:
    """Return the digest of all layers' chunks, slab by slab, going on from that of the slabs before."""
    for slab in slabs:
        files = [
            file
            for entry in about["layers"]
            for file in chunk_files(
                path / "layers" / entry["array"],
                (about["rows"], entry["width"]),
                rows=about["slab_rows"],
                chunks=range(slab, slab + 1),
            )
        ]
        before = chunks_seal(files, before)
    return before
