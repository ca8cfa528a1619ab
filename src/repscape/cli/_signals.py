"""Ctrl-C and a request to end, from the first moment: one line, and the exit code that says which it was."""

from __future__ import annotations

import signal
from types import FrameType

WORDS = "stopped; what was finished is kept, and the same command goes on from there"
CODES = {int(signal.SIGINT): 130, int(signal.SIGTERM): 143}


class Stop:
    """Takes both signals for what Ctrl-C is, and remembers which came and whether it was told."""

    def __init__(self) -> None:
        self.number = 0
        self.told = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Be called by the operating system."""
        self.number = number
        raise KeyboardInterrupt

    def heed(self) -> None:
        """Take the signals from now on."""
        for number in CODES:
            signal.signal(number, self)

    def over(self) -> None:
        """Take no notice of them any more: the command is at its end."""
        for number in CODES:
            signal.signal(number, signal.SIG_IGN)
        # Python remembers one that came while a library ran text as code, as dataclasses do, and would end by SIGINT whatever
        # the exit code is. Text that ends well makes it forget.
        eval("0")

    @property
    def code(self) -> int:
        """The exit code of a command that was stopped."""
        return CODES.get(self.number, CODES[int(signal.SIGINT)])


def stopped() -> int:
    """Note that the user was told, and return the exit code of the command that was stopped."""
    handler = signal.getsignal(signal.SIGTERM)
    if isinstance(handler, Stop):
        handler.told = True
        return handler.code
    return CODES[int(signal.SIGINT)]
