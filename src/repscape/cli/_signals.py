"""Ctrl-C and a request to end, from the first moment: one line, and the exit code that says which it was."""

from __future__ import annotations

import signal
from types import FrameType

WORDS = "stopped; what was finished is kept, and the same command goes on from there"
INTERRUPTED, TERMINATED = 130, 143


class Stop:
    """Takes SIGTERM for what Ctrl-C is, and remembers that it came."""

    def __init__(self) -> None:
        self.came = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Be called by the operating system."""
        self.came = True
        raise KeyboardInterrupt


def exit_code() -> int:
    """Return the exit code of a command that was stopped."""
    handler = signal.getsignal(signal.SIGTERM)
    return TERMINATED if isinstance(handler, Stop) and handler.came else INTERRUPTED
