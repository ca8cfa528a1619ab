"""`repscape diff`: in what two studies differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, place
from ._print import say, say_json

First = Annotated[Path, typer.Argument(metavar="A", help="A study folder.", parser=place)]
Second = Annotated[Path, typer.Argument(metavar="B", help="Another.", parser=place)]
SHOWN = 20


def diff(first: First, second: Second, json: Json = False) -> None:
    """Tell in what two studies differ.

    In data, plan and numbers; those that are not the same bit by bit, the largest differences first.

    \b
    Example:
      repscape diff study study-again
    """
    from ..study import look_for_study

    look_for_study(first)
    look_for_study(second)

    from ..study import diff_studies

    found = diff_studies(first, second)
    if json:
        say_json([{"what": d.what, "name": d.name, "first": d.first, "second": d.second} for d in found])
        return
    if not found:
        say("No difference: the same data, the same plan, the same numbers bit by bit.")
    for what in dict.fromkeys(difference.what for difference in found):
        own = [difference for difference in found if difference.what == what]
        say(f"{what}:")
        for difference in own[:SHOWN]:
            say(f"  {difference}")
        if len(own) > SHOWN:
            say(f"  … and {len(own) - SHOWN} more; --json shows them all")
