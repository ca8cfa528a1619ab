"""What `repscape` alone says: what it is, and what to do next."""

from __future__ import annotations

from pathlib import Path

from ._print import say

STEPS = {
    "No model at hand": "repscape demo -o demo",
    "A model and data": "repscape run --model MODEL --data FILE --label COLUMN -o study",
    "Arrays": "repscape run --arrays layers.npz --label labels -o study",
    "A published study again": "repscape recipe --list",
    "What a measure is": "repscape explain id_twonn",
    "Every command": "repscape --help",
}
SHOWN = 3


def greet() -> None:
    """Say it; where study folders lie here, what can be done with one."""
    from .. import __version__

    say(f"repscape {__version__}: charts a network's hidden representations, layer by layer.\n")
    steps = dict(STEPS)
    here = sorted(file.parent.name for file in Path().glob("*/study.toml"))
    for name in here[:SHOWN]:
        steps = {f"The study {name} that is here": f"repscape explore {name}", **steps}
    wide = max(map(len, steps))
    for what, command in steps.items():
        say(f"  {what:{wide}}  {command}")
