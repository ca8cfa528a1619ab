"""`repscape run`: from arrays to a study folder with figures and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import (
    By,
    Groups,
    Json,
    Label,
    LabelsFrom,
    Layers,
    Measures,
    Profiles,
    Quiet,
    Threads,
    Value,
    plan_entries,
)
from ._print import note, say, say_json

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Study folder: new, or that of this very study.")]
Asked = Annotated[
    str | None, typer.Argument(metavar="[STUDY]", help="A study.toml, or a folder that import-arrays made.")
]
Arrays = Annotated[
    list[str] | None,
    typer.Option(
        "--arrays", metavar="[NAME=]PATH[:KEY]", help="A .npy, .npz or folder of layers; again for another model."
    ),
]


def run(
    ctx: typer.Context,
    out: Out,
    study: Asked = None,
    arrays: Arrays = None,
    label: Label = None,
    labels_from: LabelsFrom = None,
    value: Value = None,
    groups: Groups = None,
    by: By = None,
    layers: Layers = None,
    measures: Measures = None,
    profiles: Profiles = None,
    threads: Threads = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Chart layers: numbers, figures, and a report.

    Every layer of one or several models, into one folder. Running it again does only what is missing.

    \b
    Examples:
      repscape run --arrays layers.npz --label labels -o study
      repscape run --arrays mnist.npz:images --label labels --measures "id_twonn, id_gride(max_rank=128)" -o study
      repscape run --arrays small=a/ --arrays large=b/ --labels-from genres.csv:genre -o two-models
    """
    if (study is None) == (not arrays):
        raise typer.BadParameter("give either STUDY or --arrays", ctx=ctx)

    from ..plots import save_figures
    from ..report import write_report
    from ..study import StudySpec, read_study
    from ..study import run as run_study
    from ._summary import say_summary

    given = plan_entries(
        measures=measures, layers=layers, profiles=profiles, labels=label, values=value, groups=groups, by=by
    )
    spec = read_study(study) if study is not None else StudySpec.of(arrays or [])
    spec = spec.with_given(columns=labels_from or (), plan=given)
    plan, columns = spec.load()
    results = run_study(
        spec.source, plan, columns=columns, folder=out, origin=spec.origin(), threads=threads, progress=not quiet
    )
    figures = save_figures(results, out / "figures")
    report = write_report(results, out / "report.html", command=ctx.obj)
    if json:
        rows = results.to_frame().to_dict("records")
        say_json({"folder": str(out), "report": str(report), "figures": [str(f) for f in figures], "results": rows})
        return
    for warning in results.warnings:
        note(f"Note: {warning}")
    say_summary(results)
    say(f"\nReport: {report}")
