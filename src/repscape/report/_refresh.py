"""The figures and the page of a study folder, brought up to date: drawn where the study changed since, else left alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from .._types import Progress
from ..figures import Painted, save_painted
from ..results import Failure, Results, kept_state, load_results
from ..store import turn
from ..study import StudyFolder, progress_bar
from ._build import write_report

FIGURES, REPORT = "figures", "report"


@dataclass(frozen=True, slots=True)
class Drawn:
    """What stands in the folder."""

    report: Path
    """The page."""
    figures: tuple[Path, ...]
    """Every figure."""
    failed: tuple[Failure, ...] = field(default=())
    """What could not be drawn; the next run tries again."""


def refresh(
    results: Results, folder: str | Path, *, command: str | None = None, progress: bool | Progress = False
) -> Drawn:
    """Draw the figures and write the page of a study, where they do not show this very state; an error in one leaves the rest.

    Parameters
    ----------
    results : Results
        All results of the folder.
    folder : path
        The study.
    command : str, optional
        What repeats the study.
    progress : bool or callable
        As of :func:`repscape.write_report`.

    Returns
    -------
    Drawn
        Where everything stands, and what failed.
    """
    home = StudyFolder(Path(folder))
    with _alone(home):
        return _drawn(_latest(results, home), home, command, progress)


def _alone(home: StudyFolder) -> AbstractContextManager[None]:
    """Wait for whoever draws this study, so that a page is never marked with the state of another."""
    lock = home.drawing_lock
    return turn(lock) if lock.parent.is_dir() else nullcontext()


def _latest(results: Results, home: StudyFolder) -> Results:
    """Return what the folder keeps, where another run went further meanwhile: its page is not drawn over with less."""
    state = kept_state(home.path)
    return results if state in ("", results.provenance.get("state")) else load_results(home.path)


def _drawn(results: Results, home: StudyFolder, command: str | None, progress: bool | Progress) -> Drawn:
    state = f"{results.provenance.get('state', '')} {__version__}"
    failed: list[Failure] = []
    painted: dict[str, Painted] = {}
    if home.drawn(FIGURES) != state or not home.figures.is_dir():
        with progress_bar(progress) as tell:
            failed += _figures(results, home, tell, painted)
        if not failed:
            home.mark_drawn(FIGURES, state)
    if home.drawn(REPORT) != state or not home.report.is_file():
        problem = _tried(
            lambda: write_report(
                results, home.report, command=command, study=home.path, painted=painted, progress=progress
            )
        )
        if problem is not None:
            failed.append(Failure("page", REPORT, problem))
        elif not failed:
            home.mark_drawn(REPORT, state)
    figures = tuple(sorted(home.figures.glob("*"))) if home.figures.is_dir() else ()
    return Drawn(home.report, figures, tuple(failed))


def _figures(results: Results, home: StudyFolder, tell: Progress, painted: dict[str, Painted]) -> list[Failure]:
    """Draw everything, and keep it for the page; where that fails, what can be drawn of each measure, and name the rest."""
    if _tried(lambda: painted.update(save_painted(results, home.figures, progress=tell))) is None:
        return []
    failed = []
    for name in dict.fromkeys(record.info.name for record in results):
        own = results.select(name)
        problem = _tried(lambda own=own: save_painted(own, home.figures))  # type: ignore[misc]
        if problem is not None:
            failed.append(Failure(name, "figure", problem))
    return failed


def _tried(draw: Callable[[], Any]) -> str | None:
    """Return what went wrong, in words."""
    try:
        draw()
    except Exception as error:  # whatever it is, the numbers are whole, and this is told with them
        return f"{type(error).__name__}: {error}"
    return None
