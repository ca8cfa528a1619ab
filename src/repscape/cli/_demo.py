"""`repscape demo`: a small transformer learns real digits, and every layer is charted."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ._options import Json, Open, Quiet, Threads, place
from ._print import note, open_page, say, say_json

Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="DIR", parser=place, help="Study folder: new, or that of an earlier demo."),
]
Seed = Annotated[int, typer.Option("--seed", help="Draws the images, the first weights and the order of training.")]
Shuffle = Annotated[bool, typer.Option("--shuffle-labels", help="Train on labels that mean nothing, to see it fail.")]


def demo(
    out: Out = Path("demo"),
    seed: Seed = 0,
    shuffle_labels: Shuffle = False,
    threads: Threads = None,
    quiet: Quiet = False,
    open_: Open = False,
    json: Json = False,
) -> None:
    """Train a small transformer on real digits; chart it all.

    Six checkpoints from untrained to trained, every layer, at three sites; about a minute on two cores. It needs no network and
    no data, and exits with 1 if the transformer does not learn.

    \b
    Examples:
      repscape demo -o demo
      repscape demo -o demo --open
    """
    if not quiet:
        note(
            "Training, every layer at six checkpoints, figures, a page: about a minute on two cores that do nothing else."
        )

    from ..recipes import run_demo

    found = run_demo(out, rng=seed, shuffle_labels=shuffle_labels, threads=threads, progress=not quiet)
    if json:
        say_json(found.to_dict())
        return
    for line in found.lines():
        say(line)
    say(f"\nReport: {found.report} ({found.seconds:.0f} s in all)")
    say(f"The examples themselves: repscape explore {shlex.quote(str(out))}")
    if open_:
        open_page(found.report)
