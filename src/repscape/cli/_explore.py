"""`repscape explore` and `repscape export-explorer`: look at the examples of studies, here or on a file host."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ._options import Json
from ._print import note, say, say_json
from ._signals import stopped

Studies = Annotated[list[Path], typer.Argument(metavar="STUDY...", help="Study folders, as repscape run writes them.")]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Open no browser: print the address, and nothing else.")]
Port = Annotated[int, typer.Option("--port", metavar="PORT", help="By default one that is free.")]
Site = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder for the site; made if it is not there.")]


def explore(studies: Studies, no_browser: NoBrowser = False, port: Port = 0, json: Json = False) -> None:
    """Look at the examples in every layer: where they lie, which are near, what changes.

    A page in the browser, answered by this machine alone and until Ctrl-C. Studies of the same examples stand side by side.
    Nothing that a study keeps is computed again; maps and selections are kept in it.

    \b
    Examples:
      repscape explore study
      repscape explore small large --no-browser
    """
    from ..study import look_for_study

    for folder in studies:
        look_for_study(folder)

    from ..explore import explore as open_explorer

    def tell(address: str) -> None:
        say_json({"address": address, "studies": [str(folder) for folder in studies]}) if json else say(address)
        sys.stdout.flush()
        if not no_browser:
            note("If no browser opens by itself, open the address above. Ctrl-C ends the explorer.")

    try:
        open_explorer(studies, browser=not no_browser, port=port, notebook=False, tell=tell)
    except KeyboardInterrupt as stop:  # how one ends it
        note("The explorer has ended; maps and selections are kept in the study.")
        raise typer.Exit(stopped()) from stop


def export_explorer(
    studies: Studies,
    out: Site,
    maps: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="METHOD", help="Beside principal components: neighbors, tsne or umap."),
    ] = None,
    json: Json = False,
) -> None:
    """Write the explorer as files that work on any file host, without a server.

    Up to 50,000 examples. Nothing is loaded from the network; whoever has the folder has the texts and pictures in it.

    \b
    Example:
      repscape export-explorer study -o site/
    """
    from ..study import look_for_study

    for folder in studies:
        look_for_study(folder)

    from ..explore import export_explorer as write_site

    def tell(share: float, what: str) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r{share:4.0%} {what[:60]:60}", err=True, nl=False)

    page = write_site(studies, out, methods=maps or (), progress=tell)
    if sys.stderr.isatty():
        note("")
    if json:
        say_json({"page": str(page)})
        return
    say(str(page))
