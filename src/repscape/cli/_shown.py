"""What commands that ran a study end with: its figures and page brought up to date, its numbers, and what failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ._print import note, say, say_json

if TYPE_CHECKING:
    from ..results import Results

FAILED = 1


def show_study(results: Results, folder: Path, *, command: str | None, json: bool, progress: bool = False) -> None:
    """Draw what changed, print the results, and end with 1 where something failed."""
    from ..report import refresh
    from ._summary import say_summary

    drawn = refresh(results, folder, command=command, progress=progress)
    failed = (*results.failed, *drawn.failed)
    if json:
        table = results.to_frame().to_dict("records")
        told: dict[str, Any] = {
            "folder": str(folder),
            "report": str(drawn.report),
            "figures": [str(file) for file in drawn.figures],
            "failed": [{"unit": f.unit, "measure": f.measure, "error": f.error} for f in failed],
            "results": table,
        }
        say_json(told)
    else:
        for warning in results.warnings:
            note(f"Note: {warning}")
        for failure in drawn.failed:
            note(f"Note: {failure}.")
        say_summary(results)
        say(f"\nReport: {drawn.report}")
    if failed:
        note(f"{len(failed)} units failed; all others are finished and kept. The same command tries only these again.")
        raise typer.Exit(FAILED)
