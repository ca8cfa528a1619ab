"""The entry point: signals are heeded before anything else is loaded."""

from __future__ import annotations

import os
import signal
import sys

from ._signals import WORDS, Stop, exit_code


def main() -> None:
    """Run the command line; the entry point of `repscape` and of `python -m repscape`."""
    signal.signal(signal.SIGTERM, Stop())
    try:
        from ._app import run_app  # the slowest import of all: a signal may come meanwhile

        run_app()
    except KeyboardInterrupt:
        os.write(2, f"Error: {WORDS}\n".encode())
        sys.exit(exit_code())
