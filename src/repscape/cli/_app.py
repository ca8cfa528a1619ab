"""The commands together, and what becomes of their errors."""

from __future__ import annotations

import errno
import shlex
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from ..errors import RepscapeError
from ._add import add
from ._check import check
from ._compare import compare
from ._demo import demo
from ._diff import diff
from ._explain import explain
from ._explore import explore, export_explorer
from ._export_arrays import export_arrays
from ._extract import extract
from ._greet import greet
from ._import_arrays import import_arrays
from ._info import info
from ._measure import measure
from ._plot import plot
from ._predict import predict
from ._print import complain
from ._recipe import recipe
from ._remove import remove
from ._report import report
from ._run import run
from ._signals import WORDS, stopped

BAD_INPUT = 1
COMMANDS = (
    demo, run, add, remove, diff, check, extract, measure, compare, predict, plot, report, explore, export_explorer,
    recipe, info, explain, import_arrays, export_arrays,
)  # fmt: skip


class Commands(TyperGroup):
    """Turns errors that a user can mend into one message on standard error, without a traceback."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command; the name of a measure, a word on no command's line, leads to what explains it."""
        if args and args[0] not in self.commands and "_" in args[0]:
            from ..measures import every_measure

            if args[0] in every_measure():
                ctx.fail(f"{args[0]} is a measure: repscape explain {args[0]}, or repscape measure {args[0]} PATH.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            complain(str(stop) or WORDS)
            raise typer.Exit(stopped()) from stop
        except (RepscapeError, OSError) as error:
            if getattr(error, "errno", None) == errno.EPIPE:
                raise  # whoever read our output has gone: nothing to say, and nobody to say it to
            complain(str(error))
            raise typer.Exit(BAD_INPUT) from error


app = typer.Typer(
    name="repscape",
    cls=Commands,
    help="Chart the landscape of a network's hidden representations, layer by layer.",
    epilog="Begin with: repscape demo -o demo",
    invoke_without_command=True,
    rich_markup_mode=None,  # loading rich would double the time of --help
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in COMMANDS:
    app.command(_command.__name__.replace("_", "-"))(_command)


def _version(asked: bool) -> None:
    if asked:
        from .. import __version__

        typer.echo(f"repscape {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    ctx: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Take the options that come before a command; without one, say what to do next."""
    if ctx.invoked_subcommand is None:
        greet()


def run_app() -> None:
    """Run a command of this process's own words."""
    app(obj=shlex.join(["repscape", *sys.argv[1:]]))
