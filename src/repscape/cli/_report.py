"""`repscape report`: the report of a study again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Study, place
from ._print import say

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", parser=place, help="Where to; by default STUDY/report.html."),
]
Title = Annotated[str | None, typer.Option("--title", help="Heading of the page.")]
Maps = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="METHOD", help="Beside principal components: tsne, umap or mds; again for another."),
]


def report(study: Study, out: Out = None, title: Title = None, maps: Maps = None) -> None:
    """Write the report of a study again.

    One HTML page that needs nothing else: figures, tables, and a map of the examples in every layer.

    \b
    Example:
      repscape report study -o report.html --title "Layers of a small transformer"
    """
    from ..report import write_report
    from ..study import StudyFolder, results_in

    page = out or StudyFolder(study).report
    say(str(write_report(results_in(study), page, title=title, study=study, maps=maps or ())))
