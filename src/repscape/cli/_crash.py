"""What becomes of a defect of ours: a file that says where it lies and holds no data, and one line on the terminal."""

from __future__ import annotations

import importlib.metadata
import linecache
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

PACKAGES = (
    "numpy",
    "numba",
    "scipy",
    "scikit-learn",
    "pandas",
    "zarr",
    "torch",
    "transformers",
    "xarray",
    "matplotlib",
)
SHOW = "REPSCAPE_TRACEBACK"
WITHHELD = "..."
NO_DATA = (
    "--measures",
    "--layers",
    "--profiles",
    "--preprocess",
    "--site",
    "--pool",
    "--device",
    "--dtype",
    "--scheduler",
)
INTRODUCTION = """\
repscape met a defect of its own. This file says where; please send it to whoever maintains repscape.

It holds versions, the command and the way through the code. It holds no data: what errors said is left out, since it may quote
them, and so are inputs that were typed. Look it over before you send it; paths are in it.
"""


def report_defect(error: BaseException, words: Sequence[str]) -> str:
    """Write a report, and return the line to show for it.

    Parameters
    ----------
    error
        What was raised.
    words
        The command, without the name of the program.
    """
    if isinstance(error, MemoryError):
        return "memory ran out. Take fewer examples or layers, or give the process more."
    said = f"repscape met a defect of its own ({type(error).__name__}). Nothing that was finished is lost."
    try:
        descriptor, name = tempfile.mkstemp(prefix="repscape-defect-", suffix=".txt")  # readable by its owner alone
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(_report(error, words)))
    except OSError as problem:
        return f"{said} A report could not be written: {problem}."
    return f"{said} Where it lies, without data, stands in {name}: please send it along."


def traceback_wanted() -> bool:
    """Whether whoever develops wants the traceback itself."""
    return os.environ.get(SHOW, "0") not in ("", "0")


def _report(error: BaseException, words: Sequence[str]) -> Iterator[str]:
    yield INTRODUCTION
    yield f"time      {datetime.now(UTC).isoformat('T', 'seconds')}"
    yield f"command   repscape {' '.join(_without_data(words))}"
    yield f"system    {platform.platform()}, {platform.machine()}, {os.cpu_count()} cores"
    yield f"python    {platform.python_version()}"
    yield from (f"{name:<9} {version}" for name, version in _versions())
    yield ""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield f"{type(current).__module__}.{type(current).__qualname__}, raised through (innermost last):"
        yield from _frames(current)
        yield ""
        current = current.__cause__ or current.__context__
        if current is not None:
            yield "which came while this was handled:"


def _frames(error: BaseException) -> Iterator[str]:
    """Say file, line, function and the line of code; no value of a variable, and nothing that the error said."""
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        yield f"  {code.co_filename}:{line} in {code.co_name}"
        yield f"    {linecache.getline(code.co_filename, line).strip()}"


def _without_data(words: Sequence[str]) -> Iterator[str]:
    """Keep the command, options, what is measured, numbers, and paths that exist; anything else typed may be data."""
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        plain = option in NO_DATA or _harmless(value if sign else word)
        if place == 0 or plain or (word.startswith("-") and not sign) or words[place - 1] in NO_DATA:
            yield word
        elif word.startswith("-"):
            yield f"{option}={WITHHELD}"
        else:
            yield WITHHELD


def _harmless(word: str) -> bool:
    return word.lstrip("+-").replace(".", "", 1).isdigit() or (len(word) < 1000 and "\0" not in word and _exists(word))


def _exists(word: str) -> bool:
    try:
        return bool(word) and Path(word).exists()
    except OSError:  # such as a name that is too long
        return False


def _versions() -> Iterator[tuple[str, str]]:
    for name in ("repscape", *PACKAGES):
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name, "not installed"
    yield "path", Path(sys.prefix).as_posix()
