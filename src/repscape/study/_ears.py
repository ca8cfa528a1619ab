"""What is warned of while units are computed, kept with the unit that it is about."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TextIO

from ..errors import RepscapeWarning
from ._unit import UnitResult


class Ears:
    """Our own warnings, by the thread that gave them; all others are let through when the work is over."""

    def __init__(self) -> None:
        self._said: dict[int, list[str]] = {}
        self.others: list[warnings.WarningMessage] = []

    def hear(  # house: as the standard library calls it
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Take the place of `warnings.showwarning`."""
        if issubclass(category, RepscapeWarning):
            self._said.setdefault(threading.get_ident(), []).append(str(message))
        else:
            self.others.append(warnings.WarningMessage(message, category, filename, lineno))

    def listening(self, results: Iterator[UnitResult]) -> Iterator[UnitResult]:
        """Yield the results, each with what was warned of while it was made."""
        me = threading.get_ident()
        self._said.pop(me, None)
        for result in results:
            yield replace(result, warnings=(*result.warnings, *dict.fromkeys(self._said.pop(me, []))))


@contextmanager
def heard() -> Iterator[Ears]:
    """Hear every warning that is given meanwhile, from every thread."""
    ears = Ears()
    with warnings.catch_warnings():
        warnings.simplefilter("always", RepscapeWarning)
        warnings.showwarning = ears.hear
        yield ears
    for warning in ears.others:
        warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
