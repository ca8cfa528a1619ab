"""Draw the example of every function of repscape.figures, for the documentation site.

.venv/bin/python tools/figure_pictures.py docs/_static/figures
"""

from __future__ import annotations

import doctest
import inspect
import sys
from pathlib import Path
from typing import Any

import repscape.figures

DPI = 90


def drawn(name: str) -> Any:
    """Run the example of a function; return the last figure that it gave."""
    function = getattr(repscape.figures, name)
    held = []

    def recorded(*given: Any, **options: Any) -> Any:
        held.append(function(*given, **options))
        return held[-1]

    scope: dict[str, Any] = {}
    setattr(repscape.figures, name, recorded)
    try:
        for example in doctest.DocTestParser().get_examples(inspect.getdoc(function) or ""):
            exec(compile(example.source, name, "exec"), scope)
    finally:
        setattr(repscape.figures, name, function)
    return held[-1]


def main() -> None:
    """Draw them."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name in [one for one in dir(repscape.figures) if one.startswith("draw_")]:
        drawn(name).savefig(out / f"{name}.png", dpi=DPI, bbox_inches="tight")


if __name__ == "__main__":
    main()
