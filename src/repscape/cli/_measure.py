"""`repscape measure`: a few numbers at once, nothing written."""

from __future__ import annotations

from typing import Annotated

import typer

from ._model_options import IdColumn
from ._options import (
    Axes,
    By,
    Json,
    Label,
    LabelsFrom,
    Layers,
    Mask,
    PoolArrays,
    Preprocess,
    Profiles,
    Quiet,
    Threads,
    Value,
    look,
    plan_entries,
    used,
)
from ._print import note, say_json

Wanted = Annotated[
    str, typer.Argument(metavar="MEASURES", help="As id_twonn or 'id_twonn(estimator=mle), id_gride(max_rank=32)'.")
]
Arrays = Annotated[
    list[str],
    typer.Argument(
        metavar="[NAME=]PATH[:KEY]",
        help="Arrays (.npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet, zarr) or a folder of them, for each model.",
    ),
]


def measure(
    measures: Wanted,
    arrays: Arrays,
    label: Label = None,
    labels_from: LabelsFrom = None,
    id_column: IdColumn = None,
    value: Value = None,
    by: By = None,
    preprocess: Preprocess = None,
    layers: Layers = None,
    axes: Axes = None,
    pool: PoolArrays = None,
    mask: Mask = None,
    profiles: Profiles = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Print a few numbers; nothing is written.

    \b
    Examples:
      repscape measure id_twonn layers.npz
      repscape measure "overlap_labels(k=10)" layers/ --label labels --json
    """
    used(labels_from, id_column=id_column)
    look(arrays=arrays, tables=labels_from or ())
    given = plan_entries(
        measures=[measures], layers=layers, profiles=profiles, labels=label, values=value, by=by, preprocess=preprocess
    )

    from ..examples import Form
    from ..study import StudySpec
    from ..study import run as run_study
    from ._summary import say_summary

    form = Form.of(axes=axes, pool=pool, mask=mask, function="measure")
    spec = StudySpec.of(arrays, labels_from or (), plan=given, id_column=id_column, form=form)
    plan, columns = spec.load()
    results = run_study(spec.source, plan, columns=columns, threads=threads, progress=not quiet)
    if json:
        say_json(results.to_frame().to_dict("records"))
        return
    for warning in results.warnings:
        note(f"Note: {warning}")
    say_summary(results)
    if results.failed:
        raise typer.Exit(1)
