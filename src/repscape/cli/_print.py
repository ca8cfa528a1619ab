"""Words for people on standard error, results on standard output; text from outside is never interpreted."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

HEAD = 22  # signs of a line of a head


def complain(message: str) -> None:
    """Print an error."""
    typer.echo(f"Error: {_plain(message)}", err=True)


def note(message: str) -> None:
    """Print what is no result."""
    typer.echo(_plain(message), err=True)


def say(message: str = "") -> None:
    """Print a result."""
    typer.echo(_plain(message))


def open_page(page: Path) -> None:
    """Open a page in the browser of this machine, or say that there is none."""
    from ..machine import open_browser

    if not open_browser(page.resolve().as_uri()):
        note(f"There is no browser here: take {page} to one.")


def say_json(value: Any) -> None:
    """Print a result for programs; NaN and infinity, which JSON does not have, become null."""
    typer.echo(json.dumps(_finite(value), ensure_ascii=False, indent=1, allow_nan=False))


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, keys: int = 1) -> None:
    """Print a table; where it is too wide, in parts that each repeat the first `keys` columns.

    Long heads of the other columns break into lines.
    """
    lines = [
        [_plain(name)] if place < keys else textwrap.wrap(_plain(name), HEAD, break_long_words=False) or [""]
        for place, name in enumerate(head)
    ]
    tall = max(map(len, lines))
    held = list(zip(*rows, strict=True)) or [()] * len(head)
    columns = [
        [*name, *[""] * (tall - len(name)), *map(_plain, column)] for name, column in zip(lines, held, strict=True)
    ]
    widths = [max(map(len, column)) for column in columns]
    room = shutil.get_terminal_size((120, 24)).columns - sum(widths[:keys]) - 2 * keys
    parts: list[list[int]] = [[]]
    for place in range(keys, len(columns)):
        if parts[-1] and sum(widths[i] + 2 for i in parts[-1]) + widths[place] > room:
            parts.append([])
        parts[-1].append(place)
    for number, part in enumerate(parts):
        if number:
            say()
        for row in zip(*(columns[i] for i in [*range(keys), *part]), strict=True):
            cells = [
                cell.ljust(widths[i]) if i < keys else cell.rjust(widths[i])
                for i, cell in zip([*range(keys), *part], row, strict=True)
            ]
            typer.echo("  ".join(cells).rstrip())


def _plain(text: str) -> str:
    """Show control characters, which a terminal would obey, as their escapes."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(entry) for entry in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and (value != value or abs(value) == float("inf")) else value
