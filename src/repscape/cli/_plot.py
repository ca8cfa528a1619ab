"""`repscape plot`: the figures of a study again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, Study, place
from ._print import say, say_json

Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="DIR", parser=place, help="Where to; by default STUDY/figures.")
]
Formats = Annotated[str, typer.Option("--formats", help="Any of png, svg, pdf, with commas.")]


def plot(study: Study, out: Out = None, formats: Formats = "png,svg,pdf", json: Json = False) -> None:
    """Draw the figures of a study again.

    \b
    Example:
      repscape plot study -o paper/figures --formats pdf
    """
    from ..study import look_for_results

    look_for_results(study)

    from ..figures import save_figures
    from ..study import StudyFolder, results_in

    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    files = save_figures(results_in(study), out or StudyFolder(study).figures, formats=wanted)
    if json:
        say_json([str(file) for file in files])
        return
    for file in files:
        say(str(file))
