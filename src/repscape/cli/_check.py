"""`repscape check`: everything in a study folder read, and what is damaged mended where it can be."""

from __future__ import annotations

from typing import Annotated

import typer

from ._options import Json, Study
from ._print import note, say, say_json

Repair = Annotated[
    bool, typer.Option("--repair", help="Take away what is damaged, and compute again what can be computed.")
]
FOUND = 1


def check(study: Study, repair: Repair = False, json: Json = False) -> None:
    """Read everything in a study folder; name what is damaged.

    Exits with 1 where something is. With --repair, damaged graphs, units and results are made anew from what is whole.

    \b
    Examples:
      repscape check study
      repscape check study --repair
    """
    from ..study import look_for_study

    look_for_study(study)

    from ..study import Running, open_study, repair_study

    found = open_study(study).problems()
    left = repair_study(study, Running(wait=True, tell=note)) if repair and found else found
    if json:
        say_json({"found": [str(problem) for problem in found], "left": [str(problem) for problem in left]})
    elif not found:
        say(f"{study}: everything is whole.")
    else:
        for problem in found:
            say(f"{problem}")
        if repair:
            say(f"Mended: {len(found) - len(left)}. Left: {len(left)}.")
            for problem in left:
                say(f"{problem}")
    if left:
        raise typer.Exit(FOUND)
