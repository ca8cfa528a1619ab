"""`repscape recipe`: a published study again, and how near ours comes to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._options import Json, Quiet, Threads, alone, place
from ._print import say, say_json, say_table

if TYPE_CHECKING:
    from ..recipes import RecipeRun


def _names(incomplete: str) -> list[str]:
    """What a shell completes."""
    from ..recipes import list_recipes

    return [name for name in list_recipes() if name.startswith(incomplete)]


Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Which study; --list shows them.", autocompletion=_names)
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", parser=place, help="Where everything goes.")]
Model = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="[NAME=]MODEL", help="In place of the published models; again for another."),
]
Data = Annotated[str | None, typer.Option("--data", metavar="DATA", help="In place of the published data.")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="An option of the recipe; again for another.")
]
StandIn = Annotated[
    str,
    typer.Option(
        "--stand-in", help="Small models in place of those that cannot be had: auto (and say so), always, never."
    ),
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of all that is drawn.")]
List = Annotated[bool, typer.Option("--list", help="Show the recipes, or what one recipe needs and takes.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done and what it takes, and do nothing.")]


def recipe(
    ctx: typer.Context,
    name: Name = None,
    out: Out = None,
    model: Model = None,
    data: Data = None,
    set_: Set = None,
    stand_in: StandIn = "auto",
    seed: Seed = 0,
    threads: Threads = None,
    list_recipes: List = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Repeat a published study.

    It ends in a table: ours, published, and whether it was reproduced. Where a published model cannot be had,
    the same steps run on something small in its place, and every number says so.

    \b
    Examples:
      repscape recipe --list
      repscape recipe word-rsa --dry-run
      repscape recipe word-rsa -o words
    """
    if list_recipes:
        drawn = {"seed": seed or None, "stand_in": None if stand_in == "auto" else stand_in}
        how = {"threads": threads, "dry_run": dry_run, "quiet": quiet}
        alone("--list", ctx, out=out, model=model, data=data, set=set_, **drawn, **how)
        _list(json) if name is None else _describe(name, json=json)
        return
    if name is None:
        raise typer.BadParameter("give NAME, or --list", ctx=ctx)

    from ..recipes import known_recipe

    known_recipe(name)

    from ..errors import InputError
    from ..machine import thread_count
    from ..recipes import forecast_recipe, run_recipe

    if data is not None and not data.strip():
        raise InputError(f"--data must be a name or a path. Got {data!r}.")
    asked: Any = {"models": model or (), "data": data, "options": _options(set_ or [], ctx), "stand_in": stand_in}
    if dry_run:
        thread_count(threads, "run")  # what would be refused is refused
        _describe(name, forecast_recipe(name, to=out or Path(), **asked, rng=seed), json=json)
        return
    if out is None:
        raise typer.BadParameter("give -o DIR (or --dry-run)", ctx=ctx)
    found = run_recipe(name, to=out, **asked, rng=seed, threads=threads, progress=not quiet, command=ctx.obj)
    if json:
        say_json({"report": str(found.report), "notes": found.notes, "table": found.table.to_dict("records")})
        return
    _say(found)


def _list(json: bool) -> None:
    from ..recipes import list_recipes

    known = list_recipes()
    if json:
        say_json(
            [{"name": one.name, "title": one.title, "study": one.study, "needs": one.needs} for one in known.values()]
        )
        return
    say_table(["recipe", "asks", "time"], [[one.name, one.title, one.needs["time"]] for one in known.values()], keys=3)
    say("\nMore on one: repscape recipe NAME --list")


def _describe(name: str, would: Sequence[str] = (), *, json: bool) -> None:
    """Say what a recipe needs and takes, and what would be done."""
    from ..recipes import known_recipe

    one = known_recipe(name)
    if json:
        say_json({"name": one.name, "title": one.title, "about": one.about, "study": one.study, "needs": one.needs}
                 | {"models": one.models, "options": {key: held.default for key, held in one.options.items()}}
                 | ({"would": list(would)} if would else {}))  # fmt: skip
        return
    say(f"{one.name}: {one.title}")
    say(f"\n{one.about}\nRepeats: {one.study}\n\nNeeds:")
    for what, said in one.needs.items():
        say(f"  {what}: {said}")
    for key, model in one.models.items():
        say(f"  --model {key}={model}")
    if one.options:
        say("\nOptions, to be given as --set NAME=VALUE, with their defaults:")
    for key, option in one.options.items():
        say(f"  {key}={option.default}\n    {option.about}")
    if would:
        say("\nWhat would be done:")
    for line in would:
        say(f"  {line}")


def _say(found: RecipeRun) -> None:
    for line in found.notes:
        say(line)
    say()
    rows = []
    for row in found.rows:
        ours = "" if row.ours is None else f"{row.ours.value:.4g}"
        if row.ours is not None and row.ours.stderr is not None:
            ours += f" ± {row.ours.stderr:.2g}"
        rows.append([row.published.what, ours, f"{row.published.value:.4g}", row.status])
    say_table(["what", "ours", "published", "status"], rows, keys=4)
    say(f"\nReport: {found.report}")


def _options(entries: list[str], ctx: typer.Context) -> dict[str, Any]:
    """Read OPTION=VALUE: numbers, true, false, lists and tables, else words."""
    given: dict[str, Any] = {}
    for entry in entries:
        key, sign, text = entry.partition("=")
        if not sign:
            raise typer.BadParameter(f"--set takes OPTION=VALUE. Got {entry!r}", ctx=ctx)
        given[key.strip()] = _value(text)
    return given


def _value(text: str) -> Any:
    """Read a value as TOML or JSON has it, else as words."""
    import json
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # also of digits, or brackets, without end
        pass
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
