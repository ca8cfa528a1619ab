"""`repscape import-arrays`: take in arrays or published neighbour files once, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._model_options import IdColumn
from ._options import Axes, Json, LabelsFrom, Mask, PoolArrays, Quiet, look, place, used
from ._print import note, say, say_json

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Arrays (.npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet, zarr), a folder of them, or of neighbour files.",
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="DIR", parser=place, help="Where to: new, or holding other models.")
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Name of the model, so that a folder can hold several.")
]


def import_arrays(
    source: Source,
    out: Out,
    model: Model = None,
    labels_from: LabelsFrom = None,
    id_column: IdColumn = None,
    axes: Axes = None,
    pool: PoolArrays = None,
    mask: Mask = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Take in arrays or published neighbour files.

    They are validated and stored once, with checksums. Neighbour files are
    layer3_post_mlp_indices.npy and layer3_post_mlp_dist.npy, in one folder or
    in one for each site.

    \b
    Examples:
      repscape import-arrays published/gpt --model gpt --labels-from labels.npy -o layers
      repscape import-arrays published/bert --model bert -o layers
      repscape run layers -o study
      repscape import-arrays states.safetensors --axes layers,n,tokens,d --pool mean -o layers
    """
    look(arrays=[f"={source}"], tables=labels_from or ())

    from ..errors import InputError
    from ..study import StudySpec
    from ..study import import_arrays as take_in

    if model is not None and not model.strip():
        raise InputError(f"--model must name the model. Got {model!r}.")
    used(labels_from, id_column=id_column)
    columns = StudySpec.of([source], labels_from or (), id_column=id_column).read_columns()
    found = take_in(
        source, out, model=model or "", columns=columns, axes=axes, pool=pool, mask=mask, progress=not quiet
    )
    keys = [layer.key for layer in found.layers]
    if json:
        say_json(
            {"folder": str(found.path), "model": found.model, "kind": found.kind, "n": found.n, "layers": keys}
            | {"columns": list(found.columns), "notes": list(found.notes)}
        )
        return
    for message in found.notes:
        note(f"Note: {message}")
    what = "published graphs" if found.kind == "graphs" else "layers"
    columns_said = f", columns {', '.join(found.columns)}" if found.columns else ""
    say(f"{found.path}: {len(keys)} {what} of {found.n} examples{columns_said}")
    say(f"Next: repscape run {out} -o STUDY")
