"""`repscape info`: what lies at a path, or what this installation can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ._options import Json
from ._print import say, say_json, say_table

Where = Annotated[str | None, typer.Argument(metavar="PATH", help="A study, a store, arrays or neighbour files.")]
Vectors = Annotated[bool, typer.Option("--vectors", help="List the word vectors that can be called by name.")]


def info(ctx: typer.Context, path: Where = None, vectors: Vectors = False, json: Json = False) -> None:
    """Say what a path holds, or what can be measured.

    \b
    Examples:
      repscape info
      repscape info study --json
      repscape info --vectors
    """
    if vectors:
        if path is not None:
            raise typer.BadParameter("give PATH or --vectors, not both", ctx=ctx)
        _vectors(json)
        return
    if path is None:
        _measures(json)
        return
    from ..study import look_for_source

    look_for_source(path)

    from ..study import describe

    held = describe(path)
    if json:
        say_json(held)
        return
    for name, entry in held.items():
        _entry(name, entry)


def _entry(name: str, entry: Any) -> None:
    if isinstance(entry, Mapping):
        say(f"{name}:")
        for key, value in entry.items():
            say(f"  {key}: {value}")
    elif isinstance(entry, list) and entry:
        say(f"{name}: {', '.join(map(str, entry))}")
    elif not isinstance(entry, list):
        say(f"{name}: {entry}")


def _vectors(json: bool) -> None:
    from ..examples import vector_models

    known = vector_models().to_dict("records")
    if json:
        say_json(known)
        return
    rows = [
        [str(one["name"]), *(f"{one[key]:,}" for key in ("dimensions", "words", "megabytes")), one["trained_on"]]
        for one in known
    ]
    say_table(["name", "dimensions", "words", "MB", "trained on"], rows, keys=5)


def _measures(json: bool) -> None:
    from .. import __version__
    from ..measures import every_measure

    rows = every_measure().values()
    if json:
        shown = ("name", "title", "family", "takes", "alike", "higher_means", "version", "reference")
        table = [{**{entry: getattr(row, entry) for entry in shown}, "options": row.options()} for row in rows]
        say_json({"version": __version__, "measures": table})
        return
    say(f"repscape {__version__}\n")
    words = [[row.name, row.title or row.label, ", ".join(row.takes), row.higher_means, row.reference] for row in rows]
    say_table(["measure", "name for people", "takes", "a larger value says", "reference"], words, keys=5)
    say("\nOptions, with their defaults:")
    for row in rows:
        said = ", ".join(f"{name}={value!r}" for name, value in row.options().items())
        say(f"  {row.name}({said})")
