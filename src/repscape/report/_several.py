"""One page for one study folder or for several: what the command line and `Study.report` ask for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .._types import Progress
from ..study import results_in
from ._build import write_report
from ._together import joined_results, named_studies


def report_studies(
    folders: Sequence[str | Path],
    path: str | Path,
    *,
    title: str | None = None,
    maps: Sequence[str] = (),
    progress: bool | Progress = False,
) -> Path:
    """Write one page about one study folder, or about several side by side.

    Of several studies, each model goes by the name of its folder, so that every figure has a line for each study, and the map
    moves from one to the other where they are of the same examples.

    Parameters
    ----------
    folders : sequence of path
        Study folders, as `repscape run` writes them.
    path : path
        The file to write.
    title, maps, progress
        As of :func:`repscape.write_report`.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    StoreError
        If a folder holds no results.
    """
    if len(folders) == 1:
        results = results_in(folders[0])
        return write_report(results, path, title=title, study=folders[0], maps=maps, progress=progress)
    studies = named_studies(folders)
    heading = title or " and ".join(studies)
    return write_report(joined_results(studies), path, title=heading, study=studies, maps=maps, progress=progress)
