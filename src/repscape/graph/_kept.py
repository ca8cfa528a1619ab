"""What this machine was measured to multiply fastest, kept in a small file: measured once, and known before torch is imported.

A wrong entry costs time and never an answer, so whatever cannot be read or written is measured anew. The file is named after
its version; its entries are of one processor and one set of libraries.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..machine import write_whole

VERSION = 1
MOST_BYTES = 1 << 16
SHORT = ("int8", "bf16")
LIBRARIES = ("numpy", "torch")


def cache_folder() -> Path:
    """Where this user's programs keep what they can do without."""
    if sys.platform == "darwin":
        usual = Path.home() / "Library" / "Caches"
    else:
        usual = Path(os.environ["LOCALAPPDATA"]) if os.environ.get("LOCALAPPDATA") else Path.home() / ".cache"
    asked = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(asked) if Path(asked).is_absolute() else usual) / "repscape"


def kept(features: int, processor: str) -> tuple[str, ...] | None:
    """Return which products were faster than float32 at so many features, fastest first; None where that is not known."""
    found = _read().get(_name(processor), {}).get(str(features))
    return None if found is None else tuple(found)


def keep(features: int, processor: str, faster: Sequence[str]) -> None:
    """Keep what was measured."""
    entries = _read()
    entries = {_name(processor): {**entries.get(_name(processor), {}), str(features): list(faster)}}
    with suppress(OSError, RuntimeError):  # RuntimeError: nobody's home
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"version": VERSION, "faster": entries}, indent=1)
        write_whole(folder / f"products-{VERSION}.json", content.encode(), sync=False)


def _read() -> dict[str, dict[str, list[str]]]:
    """What stands in the file, or nothing where any of it is not as it was written."""
    with suppress(OSError, RuntimeError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        path = cache_folder() / f"products-{VERSION}.json"
        if path.stat().st_size <= MOST_BYTES:
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["version"] == VERSION and all(
                set(names) <= set(SHORT) and isinstance(names, list)
                for of_one in held["faster"].values()
                for names in of_one.values()
            ):
                return dict(held["faster"])
    return {}


def _name(processor: str) -> str:
    """What the entries of this processor and these libraries are called."""
    parts = [processor]
    for library in LIBRARIES:
        with suppress(PackageNotFoundError):
            parts.append(f"{library} {version(library)}")
    return hashlib.sha256("; ".join(parts).encode()).hexdigest()[:16]
