"""A progress bar on standard error, or whatever the caller wants to be told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .._types import Progress
from ..errors import InputTypeError


@contextmanager
def progress_bar(progress: bool | Progress | None) -> Iterator[Progress]:
    """Yield a function of (done, total, what)."""
    if progress is None or progress is False:
        yield _silent
    elif progress is not True:
        if not callable(progress):
            raise InputTypeError(f"progress of run must be True, False or a callable. Got {progress!r}.")
        yield progress
    else:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar
        from rich.table import Column

        pace = Pace()
        columns = (
            BarColumn(bar_width=20),
            MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=7)),
            TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
            TextColumn("{task.fields[left]}", table_column=Column(no_wrap=True, min_width=9)),
            TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
        )
        with Bar(*columns, console=Console(stderr=True)) as drawn:
            task = drawn.add_task("", left=pace)  # written anew, and so counting down, whenever the bar is drawn

            def tell(done: int, total: int, what: str) -> None:
                pace.step(done, total)
                drawn.update(task, completed=done, total=total, description=what)

            yield tell


class Pace:
    """How long the rest of a stage takes at the pace so far; a stage begins where the total changes or the count falls back.

    rich's own estimate wants two steps within half a minute, which the large steps of a study never make.

    Examples
    --------
    >>> seconds = iter([0, 40, 40, 60])
    >>> pace = Pace(lambda: next(seconds))
    >>> pace.step(1, 4)
    >>> str(pace)
    '2:00 left'
    >>> str(pace)  # twenty seconds later
    '1:40 left'
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()
        self._total = self._done = 0
        self._first = (self._last, 0)  # when the stage began; once its first step is told, when that was, and how far
        self._left: float | None = None

    def step(self, done: int, total: int) -> None:
        """Take in that `done` of `total` are finished."""
        now = self._clock()
        began = total != self._total or done < self._done
        since, from_ = (self._last, 0) if began else self._first
        gained = done - from_
        if gained > 0 and total > 1:
            self._left = (now - since) / gained * (total - done)
        elif began:
            self._left = None
        if began:  # what was finished before this run began counts for no pace
            self._first = (now, done)
        self._last, self._done, self._total = now, done, total

    def __str__(self) -> str:
        """Return the time that is left, or nothing before the first step is finished."""
        if self._left is None or self._done >= self._total:
            return ""
        seconds = max(0, round(self._left - (self._clock() - self._last)))
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"


def _silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""
