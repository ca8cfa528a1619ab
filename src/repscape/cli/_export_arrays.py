"""`repscape export-arrays`: neighbour graphs in the form that others read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, place
from ._print import say, say_json

Source = Annotated[
    Path, typer.Argument(metavar="STUDY", parser=place, help="A study folder, or one that import-arrays made.")
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", parser=place, help="Where to: new or empty.")]


def export_arrays(study: Source, out: Out, json: Json = False) -> None:
    """Write neighbour graphs as published files.

    Two .npy files for each layer, indices and distances, the point itself first.

    \b
    Example:
      repscape export-arrays study -o published
    """
    from ..study import export_arrays as write

    files = write(study, out)
    if json:
        say_json([str(file) for file in files])
        return
    say(f"{out}: {len(files)} files, from {files[0].name} to {files[-1].name}")
