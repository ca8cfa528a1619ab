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
    except Exception as error:  # whatever no command turned into words is a defect of ours
        if not stop.number:
            _tell_defect(error)
    finally:
        stop.over()
    if stop.number and not stop.told:
        os.write(2, f"Error: {WORDS}\n".encode())
    if stop.number:
        sys.exit(stop.code)


def _tell_defect(error: Exception) -> None:
    """Write a report of it, and end."""
    from ._crash import report_defect, traceback_wanted

    if traceback_wanted():
        raise error
    os.write(2, f"Error: {report_defect(error, sys.argv[1:])}\n".encode("utf-8", "backslashreplace"))
    sys.exit(1)
