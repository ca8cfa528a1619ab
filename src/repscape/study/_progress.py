"""A progress bar on standard error, or whatever the caller wants to be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .._types import Progress
from ..errors import InputTypeError


@contextmanager
def bar(progress: bool | Progress | None) -> Iterator[Progress]:
    """Yield a function of (done, total, what)."""
    if progress is None or progress is False:
        yield _silent
    elif progress is not True:
        if not callable(progress):
            raise InputTypeError(f"progress of run must be True, False or a callable. Got {progress!r}.")
        yield progress
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Bar(*columns, TextColumn("{task.description}", markup=False), console=Console(stderr=True)) as drawn:
            task = drawn.add_task("")
            yield lambda done, total, what: drawn.update(task, completed=done, total=total, description=what)


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""
