"""`repscape report`: the report of a study again, or one page about several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, Quiet, place
from ._print import say, say_json

Studies = Annotated[
    list[Path],
    typer.Argument(
        metavar="STUDY...",
        help="A study folder, as repscape run writes it; several stand on one page.",
        parser=place,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", parser=place, help="Where to; by default STUDY/report.html."),
]
Title = Annotated[str | None, typer.Option("--title", help="Heading of the page.")]
Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="METHOD",
        help="Open on this map, beside principal components: tsne, umap or mds; again for another.",
    ),
]


def report(
    ctx: typer.Context,
    studies: Studies,
    out: Out = None,
    title: Title = None,
    maps: Maps = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write the report of a study again, or of several on one page.

    One HTML page that needs nothing else: what the study says in a few sentences, a map of the examples in every layer, figures
    and tables.

    \b
    Examples:
      repscape report study -o report.html --title "Layers of a small transformer"
      repscape report study --map tsne
      repscape report small large -o both.html
    """
    if len(studies) > 1 and out is None:
        raise typer.BadParameter("give the file of a page about several studies: --out FILE", ctx=ctx)
    from ..study import look_for_results

    for folder in studies:
        look_for_results(folder)

    from ..report import report_studies
    from ..study import StudyFolder

    page = out or StudyFolder(studies[0]).report
    written = str(report_studies(studies, page, title=title, maps=maps or (), progress=not quiet))
    if json:
        say_json({"report": written})
        return
    say(written)
