"""The entry point: signals are heeded before anything else is loaded."""

from __future__ import annotations

import os
import sys

from ._signals import WORDS, Stop


def main() -> None:
    """Run the command line; the entry point of `repscape` and of `python -m repscape`."""
    stop = Stop()
    stop.heed()
    try:
        from ._app import run_app  # the slowest import of all: a signal may come meanwhile

        run_app()
    except KeyboardInterrupt:
        pass
    except SystemExit:
        if not stop.number or stop.told:
            raise
    finally:
        stop.over()
    if stop.number and not stop.told:
        os.write(2, f"Error: {WORDS}\n".encode())
    if stop.number:
        sys.exit(stop.code)
