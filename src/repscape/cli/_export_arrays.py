"""`repscape export-arrays`: states, or neighbour graphs, in the forms that others read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, place
from ._print import say, say_json

Source = Annotated[
    Path, typer.Argument(metavar="STUDY", parser=place, help="A study folder, a store, or what import-arrays made.")
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE|DIR",
        parser=place,
        help="A .npz, .safetensors, .parquet, .h5ad or .h5 for the states; a new folder for the neighbour graphs.",
    ),
]
Chosen = Annotated[
    list[str] | None,
    typer.Option("--layers", metavar="LAYER", help="Names or globs of the layers of a file; may be given again."),
]


def export_arrays(study: Source, out: Out, layers: Chosen = None, json: Json = False) -> None:
    """Write states into a file, or neighbour graphs as published files.

    Of graphs two .npy files for each layer, indices and distances, the point
    itself first.

    \b
    Examples:
      repscape export-arrays study -o states.h5ad
      repscape export-arrays run.zarr --layers 'h.*' -o states.safetensors
      repscape export-arrays study -o published
    """
    from ..study import look_for_export

    look_for_export(study)

    from ..study import export_arrays as write

    files = write(study, out, layers=layers or ())
    if json:
        say_json([str(file) for file in files])
        return
    if files == [out]:
        say(f"{out}: {out.stat().st_size:,} bytes")
        return
    say(f"{out}: {len(files)} files, from {files[0].name} to {files[-1].name}")
