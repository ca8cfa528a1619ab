"""The command line: one file for each command, no logic, and nothing heavy imported before a command runs."""

from ._app import app, main

__all__ = ["app", "main"]
