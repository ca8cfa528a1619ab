"""`repscape explain`: what a measure is, in the terminal."""

from __future__ import annotations

import math
import shutil
import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._options import Json
from ._print import say, say_json

if TYPE_CHECKING:
    from ..measures import Measure


def _names(incomplete: str) -> list[str]:
    """What a shell completes."""
    from ..measures import every_measure

    return [name for name in every_measure() if name.startswith(incomplete)]


Name = Annotated[
    str, typer.Argument(metavar="MEASURE", help="A measure's name: repscape info lists them.", autocompletion=_names)
]
WIDEST = 100


def explain(name: Name, json: Json = False) -> None:
    """Say what a measure is: when to use it, its conventions, its error, what can go wrong.

    \b
    Examples:
      repscape explain id_twonn
      repscape explain sim_cka --json
    """
    from ..measures import measure, page_of

    row = measure(name)
    page, options = page_of(name), row.options()
    facts = dict(_facts(row))
    if json:
        say_json({"name": row.name, "title": row.title or row.label, **facts, "options": options, "page": page})
        return
    wide = min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)
    say(f"{row.name}: {row.title or row.label}")
    for fact, words in facts.items():
        say(textwrap.fill(f"{fact}: {words}", wide, initial_indent="  ", subsequent_indent="    "))
    for paragraph in page.split("\n\n"):
        say()
        say(paragraph if _laid_out(paragraph) else textwrap.fill(" ".join(paragraph.split()), wide))
    said = ", ".join(f"{key}={value!r}" for key, value in options.items())
    say()
    say(
        textwrap.fill(
            f"In Python: rs.{row.name}({', '.join([*_given(row), said]).rstrip(', ')})", wide, subsequent_indent="  "
        )
    )
    say(f"In a study: repscape add STUDY --measures {row.name}")


def _laid_out(paragraph: str) -> bool:
    """Whether a paragraph's lines are its form: a table, a list, code."""
    return any(line.startswith(("|", "- ", "* ", "    ", ">>>")) for line in paragraph.splitlines())


def _given(row: Measure) -> list[str]:
    """Return names for what it takes, in order."""
    names = {"points": iter("XY"), "graph": iter("gh")}
    return [next(names[kind]) if kind in names else kind for kind in row.takes]


def _facts(row: Measure) -> list[tuple[str, Any]]:
    low, high = (None if math.isinf(bound) else f"{bound:g}" for bound in row.bounds)
    ends = {
        (True, True): f"{low} to {high}",
        (True, False): f"{low} or more",
        (False, True): f"at most {high}",
        (False, False): "any number",
    }
    told = [
        ("reads", ", ".join(row.takes)),
        ("values", ends[low is not None, high is not None]),
        ("a larger value says", row.higher_means),
        ("unchanged by", ", ".join(row.invariant_to)),
        ("defined by", row.reference),
    ]
    return [(fact, words) for fact, words in told if words]
