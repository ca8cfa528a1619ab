"""One writer at a time: a lock that says who holds it, since when and where, and that dies with its owner."""

from __future__ import annotations

import json
import os
import socket
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import BusyError, StoreError
from ..machine import write_whole

EVERY = 0.1  # seconds between two tries


class Lock:
    """A lock on a folder, held until it is released; the operating system releases that of a process that died.

    `shared_by_process`: whether one process may take it several times, which writers of one store, that know each other by the
    rows committed, may.
    """

    def __init__(self, name: Path, what: Path, *, shared_by_process: bool = False) -> None:
        self._owner = name.with_name(f"{name.name}.json")
        self._name = name
        self._what = what
        try:
            self._lock = FileLock(name, timeout=0, thread_local=False, is_singleton=shared_by_process)
        except OSError as error:
            raise StoreError(f"{what} cannot be locked for writing: {error}") from error

    def take(self) -> None:
        """Take it.

        Raises
        ------
        BusyError
            Another process holds it; the message says which.
        StoreError
            The folder cannot be written.
        """
        try:
            self._lock.acquire()
        except Timeout:
            raise BusyError(f"{self._what} is in use by {self._holder()}.") from None
        except OSError as error:
            raise StoreError(f"{self._what} cannot be written: {error}") from error
        mine = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat("T", "seconds"),
        }
        try:
            write_whole(self._owner, json.dumps(mine).encode(), sync=False)
        except OSError as error:
            self.release()
            raise StoreError(f"{self._what} cannot be written: {error}") from error
        self._at_the_end = weakref.finalize(self, _release, self._lock, self._name, self._owner)

    def release(self) -> None:
        """Let others in; once is enough."""
        if hasattr(self, "_at_the_end"):
            self._at_the_end()
        elif self._lock.is_locked:
            _release(self._lock, self._name, self._owner)

    def _holder(self) -> str:
        """Say who has it; the note of a process that is gone may still lie there for a moment."""
        try:
            held = json.loads(self._owner.read_text(encoding="utf-8"))
            return f"process {held['process']} on {held['host']} since {held['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another process"


def _release(lock: FileLock, name: Path, owner: Path) -> None:
    """Take the files away while the lock is held: whoever waits for the old file notices and begins anew."""
    if lock.lock_counter <= 1:
        for file in (owner, name):
            with suppress(OSError):
                file.unlink()
    lock.release()


@contextmanager
def turn(name: Path) -> Iterator[None]:
    """Wait until nobody else, no other thread either, is between the same two lines: for what takes a moment.

    `name` is the lock, a file that lies there meanwhile.

    Raises
    ------
    StoreError
        The folder cannot be written.
    """
    lock = FileLock(name, poll_interval=EVERY / 10, thread_local=False)
    try:
        lock.acquire()
    except OSError as error:
        raise StoreError(f"{name.parent} cannot be written: {error}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # taken away while it is held: whoever waits for the old file notices and begins anew
            name.unlink()
        lock.release()


@contextmanager
def locked(folder: Path, *, wait: bool = False, tell: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock of a folder that is there.

    Parameters
    ----------
    folder
        What is written to.
    wait
        Whether to wait for whoever holds it; if not, or on a second thought by Ctrl-C, nothing is done.
    tell
        Is told once, before waiting, who holds it.

    Raises
    ------
    BusyError
        Another process holds it, and `wait` is False.
    """
    lock = Lock(folder / ".lock", folder)
    while True:
        try:
            lock.take()
            break
        except BusyError as error:
            if not wait:
                raise BusyError(f"{error} Wait until it has finished, or stop it, and run again.") from None
            if tell is not None:
                tell(f"{error} Waiting for it to finish; Ctrl-C stops waiting.")
                tell = None
            time.sleep(EVERY)
    try:
        yield
    finally:
        lock.release()
