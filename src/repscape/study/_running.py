"""How a study is run, as a command line says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._types import Progress
from ._execute import Means
from ._schedule import scheduler_of


@dataclass(frozen=True, slots=True)
class Running:
    """How a study is run."""

    threads: int | None = None
    scheduler: Any = None
    device: str = "auto"
    """Where graphs are built."""
    fail_fast: bool = False
    wait: bool = False
    """Whether to wait where another process writes to the folder."""
    tell: Callable[[str], None] | None = None
    """Is told who holds the folder, before waiting."""
    sync: bool = True
    progress: bool | Progress | None = None

    @property
    def means(self) -> Means:
        """The same for a run."""
        where = scheduler_of(self.scheduler)
        others = {"device": self.device, "fail_fast": self.fail_fast, "sync": self.sync}
        return Means.of(self.threads, None, scheduler=where, **others)
