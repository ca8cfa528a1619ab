"""`repscape run`: from a model and data, or from arrays, to a study folder with figures and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._model_options import (
    AllowCode,
    AllowPickle,
    Balance,
    BatchSize,
    Data,
    Device,
    DryRun,
    Dtype,
    Encoding,
    IdColumn,
    Image,
    Kind,
    Limit,
    MaxLength,
    Pool,
    Revision,
    Rows,
    Seed,
    Separator,
    Sequence,
    Site,
    Split,
    Text,
    TooLong,
    TrustRemoteCode,
    chosen,
    say_study_forecast,
)
from ._options import (
    By,
    Groups,
    Json,
    Label,
    LabelsFrom,
    Layers,
    Measures,
    Preprocess,
    Profiles,
    Quiet,
    Threads,
    Value,
    Whole,
    plan_entries,
)
from ._print import note, say, say_json

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Study folder: new, or that of this very study.")]
StudyFile = Annotated[
    str | None, typer.Argument(metavar="STUDY", help="A study.toml, a store, or a folder that import-arrays made.")
]
Arrays = Annotated[
    list[str] | None,
    typer.Option(
        "--arrays", metavar="[NAME=]PATH[:KEY]", help="A .npy, .npz or folder of layers; again for another model."
    ),
]
Model = Annotated[
    list[str] | None,
    typer.Option(
        "--model", metavar="[NAME=]MODEL", help="A hub id, a local folder, or module:function; again for another."
    ),
]


def run(  # house: typer reads the options from the signature, one a line
    ctx: typer.Context,
    out: Out,
    study: StudyFile = None,
    model: Model = None,
    data: Data = None,
    arrays: Arrays = None,
    label: Label = None,
    labels_from: LabelsFrom = None,
    value: Value = None,
    groups: Groups = None,
    by: By = None,
    whole: Whole = False,
    preprocess: Preprocess = None,
    layers: Layers = None,
    measures: Measures = None,
    profiles: Profiles = None,
    threads: Threads = None,
    site: Site = None,
    pool: Pool = None,
    text: Text = None,
    sequence: Sequence = None,
    image: Image = None,
    kind: Kind = None,
    split: Split = None,
    limit: Limit = None,
    balance: Balance = None,
    rows: Rows = None,
    seed: Seed = None,
    id_column: IdColumn = None,
    separator: Separator = None,
    encoding: Encoding = None,
    max_length: MaxLength = None,
    too_long: TooLong = None,
    batch_size: BatchSize = None,
    device: Device = None,
    dtype: Dtype = None,
    revision: Revision = None,
    allow_code: AllowCode = False,
    trust_remote_code: TrustRemoteCode = False,
    allow_pickle: AllowPickle = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Chart layers: numbers, figures, and a report.

    Every layer of one or several models, into one folder. Running it again does only what is missing.

    \b
    Examples:
      repscape run --model gpt2 --data reviews.csv --text text --label stars --max-length 128 -o study
      repscape run --arrays layers.npz --label labels -o study
      repscape run --arrays mnist.npz:images --label labels --measures "id_twonn, id_gride(max_rank=128)" -o study
      repscape run --arrays small=a/ --arrays large=b/ --labels-from genres.csv:genre -o two-models
    """
    if sum(map(bool, (study, arrays, model))) != 1 or bool(model) != bool(data):
        raise typer.BadParameter("give STUDY, or --arrays, or --model and --data", ctx=ctx)

    from ..figures import save_figures
    from ..report import write_report
    from ..study import ModelSource, StudySpec, read_study
    from ..study import run as run_study
    from ._summary import say_summary

    given = plan_entries(
        measures=measures,
        layers=layers,
        profiles=profiles,
        labels=label,
        values=value,
        groups=groups,
        by=by,
        whole=whole,
        preprocess=preprocess,
    )
    if model and data:
        options = chosen(
            text=text, label=label, sequence=sequence, image=image, kind=kind, split=split, limit=limit,
            balance=balance, rows=rows, seed=seed, site=site, pool=pool, max_length=max_length, too_long=too_long,
            batch_size=batch_size, device=device, dtype=dtype, trust_remote_code=trust_remote_code,
            allow_pickle=allow_pickle, layers=given.pop("layers", None), id_column=id_column, separator=separator,
            encoding=encoding,
        )  # fmt: skip
        spec = StudySpec({}, models=ModelSource.of(model, data, revisions=revision or (), **options))
    else:
        spec = read_study(study) if study is not None else StudySpec.of(arrays or [])
        reading = chosen(id_column=id_column, separator=separator, encoding=encoding)
        trust = {"allow_code": allow_code, "trust_remote_code": trust_remote_code, "allow_pickle": allow_pickle}
        spec = spec.with_reading(**reading).trusting(**trust)
    spec = spec.with_given(columns=labels_from or (), plan=given)
    if dry_run:
        say_study_forecast(spec.forecast(out))
        return
    plan, columns = spec.load()
    source = spec.opened(out, progress=not quiet)
    results = run_study(
        source, plan, columns=columns, folder=out, origin=spec.origin(), threads=threads, progress=not quiet
    )
    figures = save_figures(results, out / "figures")
    report = write_report(results, out / "report.html", command=ctx.obj, study=out)
    if json:
        table = results.to_frame().to_dict("records")
        say_json({"folder": str(out), "report": str(report), "figures": [str(f) for f in figures], "results": table})
        return
    for warning in results.warnings:
        note(f"Note: {warning}")
    say_summary(results)
    say(f"\nReport: {report}")
