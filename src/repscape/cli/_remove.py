"""`repscape remove`: a measure or a model taken out of a study."""

from __future__ import annotations

from typing import Annotated

import typer

from ._options import Json, Study
from ._shown import show_study

Measures = Annotated[
    list[str] | None,
    typer.Option("--measures", metavar="MEASURES", help="As 'id_gride' (every variant) or 'overlap_labels(k=50)'."),
]
Model = Annotated[list[str] | None, typer.Option("--model", metavar="NAME", help="A model, as the results call it.")]


def remove(
    ctx: typer.Context, study: Study, measures: Measures = None, model: Model = None, json: Json = False
) -> None:
    """Take measures or models out of a study.

    What was computed of them is deleted; everything else stays.

    \b
    Examples:
      repscape remove study --measures "id_gride, overlap_neighbors(k=50)"
      repscape remove study --model large
    """
    if not (measures or model):
        raise typer.BadParameter("give --measures or --model", ctx=ctx)

    from ..study import look_for_study

    look_for_study(study)

    from ..errors import InputError
    from ..measures import measures_from_text
    from ..study import Running, remove_from_study
    from ._print import note

    entries = [entry for text in measures or () for entry in measures_from_text(text)]
    if measures and not entries:
        raise InputError(f"--measures must name at least one. Got {', '.join(map(repr, measures))}.")
    results = remove_from_study(study, measures=entries, models=model or (), how=Running(wait=True, tell=note))
    show_study(results, study, command=None, json=json)
