"""`repscape run`: from a model and data, or from arrays, to a study folder with figures and a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from ._expand import expanded
from ._model_options import (
    AllowCode,
    Data,
    DrawOptions,
    DryRun,
    ExampleOptions,
    OpenOptions,
    Revision,
    StateOptions,
    TableOptions,
    chosen,
    say_study_forecast,
)
from ._options import Axes, Json, LabelsFrom, Mask, PlanOptions, RunOptions, look, place, used
from ._shown import show_study

Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        parser=place,
        help="Study folder: new, or one of the same data, which grows. May be left out where STUDY is one.",
    ),
]
StudyFile = Annotated[
    str | None,
    typer.Argument(metavar="STUDY", help="A study.toml or study folder, a store, or what import-arrays made."),
]
Arrays = Annotated[
    list[str] | None,
    typer.Option(
        "--arrays",
        metavar="[NAME=]PATH[:KEY]",
        help="Arrays (.npy, .npz, .safetensors, .pt, .h5, .h5ad, .parquet, zarr) or a folder of them; again for another model.",
    ),
]
Model = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="[NAME=]MODEL",
        help='A hub id, a local folder, or "module:function"; again for another model. Needs --data.',
    ),
]


@expanded
def run(
    ctx: typer.Context,
    plan: PlanOptions,
    examples: ExampleOptions,
    draw: DrawOptions,
    tables: TableOptions,
    states: StateOptions,
    opening: OpenOptions,
    how: RunOptions,
    study: StudyFile = None,
    out: Out = None,
    arrays: Arrays = None,
    model: Model = None,
    data: Data = None,
    axes: Axes = None,
    mask: Mask = None,
    labels_from: LabelsFrom = None,
    revision: Revision = None,
    allow_code: AllowCode = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Chart layers: numbers, figures, and a report.

    Every layer of one or several models, into one folder. Running it again, with the same or with more, does only what is
    missing. Where a unit fails, all others go on, and it exits with 1.

    \b
    Examples:
      repscape run --model gpt2 --data reviews.csv --text text --label stars --max-length 128 -o study
      repscape run --arrays layers.npz --label labels -o study
      repscape run --arrays mnist.npz:images --label labels --measures "id_twonn, id_gride(max_rank=128)" -o study
      repscape run --arrays small=a/ --arrays large=b/ --labels-from genres.csv:genre -o two-models
    """
    if sum(entry is not None for entry in (study, arrays, model)) != 1 or (model is None) != (data is None):
        raise typer.BadParameter("give STUDY, or --arrays, or --model and --data", ctx=ctx)
    if out is None:
        if study is None or not (Path(study) / "study.toml").is_file():
            raise typer.BadParameter("give the study folder to write: --out DIR", ctx=ctx)
        out = Path(study)

    look(arrays=arrays or (), tables=labels_from or (), data=data, models=model or (), study=study)
    given = plan.entries()
    from ..examples import Form
    from ..study import ModelSource, StudySpec, read_study, run_study

    if model is not None and (axes is not None or mask is not None):
        raise typer.BadParameter("--axes and --mask are of arrays, not of a model", ctx=ctx)
    if model is not None and data is not None:
        options = chosen(examples, draw, tables, states, opening, label=plan.label)
        options |= {"layers": layers} if (layers := given.pop("layers", None)) else {}
        spec = StudySpec({}, models=ModelSource.of(model, data, revisions=revision or (), **options))
    else:
        told = chosen(examples, draw, states, revision=revision)
        form = Form.of(axes=axes, pool=told.pop("pool", None), mask=mask)
        _for_models(told, study)
        spec = read_study(study) if study is not None else StudySpec.of(arrays or [], form=form)
        spec = spec.with_form(form)
        if spec.models is not None and not labels_from:
            _for_models(chosen(tables), study)
        used(spec.models or spec.columns or labels_from, **asdict(tables))
        trust = {"trust_remote_code": opening.trust_remote_code, "allow_pickle": opening.allow_pickle}
        spec = spec.with_reading(**chosen(tables)).trusting(allow_code=allow_code, **trust)
    spec = spec.with_given(columns=labels_from or (), plan=given)
    of_graphs = model is None or (opening.device or "").startswith("cuda")  # models run on devices that graphs do not
    running = how.running(opening.device if of_graphs else None)
    _ = running.means  # what the run would refuse is refused
    if dry_run:
        say_study_forecast(spec.forecast(out), json=json)
        return
    results = run_study(spec, out, running)
    show_study(results, out, command=ctx.obj, json=json, progress=not how.quiet)


def _for_models(given: Mapping[str, Any], study: str | None) -> None:
    """Refuse options that choose examples, or say how models read them, where no model is named beside them."""
    from ..errors import InputError

    if not given:
        return
    said = ", ".join(f"--{'seed' if name == 'rng' else name.replace('_', '-')}" for name in given)
    go = "goes" if len(given) == 1 else "go"
    if study is None:
        raise InputError(
            f"{said} {go} with --model and --data. Layers that are there already are taken whole, as they are."
        )
    raise InputError(
        f"{said} {go} with --model and --data. Of {study} its file says it: [source.options] of study.toml."
    )
