"""`repscape add`: a study made larger."""

from __future__ import annotations

from typing import Annotated

import typer

from ..study import look_for_study
from ._expand import expanded
from ._model_options import AllowCode, AllowPickle, TrustRemoteCode
from ._options import Json, LabelsFrom, PlanOptions, RunOptions, Study, look
from ._shown import show_study

Model = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="[NAME=]MODEL", help="A further model; the study's examples go through it."),
]
Arrays = Annotated[
    list[str] | None,
    typer.Option("--arrays", metavar="[NAME=]PATH[:KEY]", help="A further model as arrays of the same examples."),
]
Revision = Annotated[list[str] | None, typer.Option("--revision", help="A further checkpoint of the study's model.")]


@expanded
def add(
    ctx: typer.Context,
    study: Study,
    plan: PlanOptions,
    how: RunOptions,
    labels_from: LabelsFrom = None,
    model: Model = None,
    arrays: Arrays = None,
    revision: Revision = None,
    allow_code: AllowCode = False,
    trust_remote_code: TrustRemoteCode = False,
    allow_pickle: AllowPickle = False,
    json: Json = False,
) -> None:
    """Add measures, labels, values or models to a study.

    Only what is missing is computed: states and graphs are found again, and the study's own labels stay.
    Measures without labels take the study's; labels without measures go to all of its measures.

    \b
    Examples:
      repscape add study --measures "probe_linear, overlap_neighbors(k=50)"
      repscape add study --label topic --labels-from topics.csv:topic
      repscape add study --model large=gpt2-large
    """
    look_for_study(study)
    look(arrays=arrays or (), tables=labels_from or (), models=model or ())
    given = plan.entries()
    if not given and not (model or arrays or revision):
        raise typer.BadParameter("give --measures, --label, --value, --model, --arrays or --revision", ctx=ctx)

    from ..study import add_to_study

    results = add_to_study(
        study,
        plan=given,
        columns=labels_from or (),
        models=model or (),
        arrays=arrays or (),
        revisions=revision or (),
        trust={"allow_code": allow_code, "trust_remote_code": trust_remote_code, "allow_pickle": allow_pickle},
        how=how.running(),
    )
    show_study(results, study, command=ctx.obj, json=json, progress=not how.quiet)
