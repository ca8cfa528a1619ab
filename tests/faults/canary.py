"""A watch over what this process does while it handles something from a stranger: what runs, and what outside is touched."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CANARY = "canary_of_a_stranger"
"""Name of the stranger's module; nothing may import it."""
RUNS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "pickle.find_class", "ctypes.dlopen")
TOUCHES = (
    "open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink",
    "os.truncate", "os.utime", "shutil.rmtree", "shutil.copyfile", "shutil.move",
)  # fmt: skip


class Watch:
    """Notes what happens while it is on; a hook for audits can never be taken away, so one is set once and stays."""

    def __init__(self) -> None:
        self.on = False
        self.outside = ""
        self.seen: list[str] = []

    def __call__(self, event: str, given: tuple[Any, ...]) -> None:
        """Be called by the interpreter at each event."""
        if not self.on:
            return
        if event == "import" and str(given[0]).partition(".")[0] == CANARY:
            self.seen.append(f"{CANARY} was imported")
        elif event in RUNS:
            self.seen.append(f"{event} {given[:2]}")
        elif event in TOUCHES:
            self.on = False  # what follows is ours
            for path in given[:2]:
                if isinstance(path, str | bytes | os.PathLike) and self._is_outside(os.fsdecode(path)):
                    self.seen.append(f"{event} {os.fsdecode(path)}")
            self.on = True

    def _is_outside(self, path: str) -> bool:
        return os.path.realpath(path).startswith(self.outside + os.sep)


WATCH = Watch()
sys.addaudithook(WATCH)


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what lies in a folder, with the times of its last change."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    return {str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


@contextmanager
def watched(outside: Path) -> Iterator[None]:
    """Assert that nothing of a stranger's runs meanwhile, and that a folder is neither read nor changed."""
    before = content(outside)
    WATCH.outside, WATCH.seen, WATCH.on = os.path.realpath(outside), [], True
    try:
        yield
    finally:
        WATCH.on = False
    assert WATCH.seen == []
    assert content(outside) == before
    assert CANARY not in sys.modules
