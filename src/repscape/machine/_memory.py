"""Memory: what this process may still allocate, of the machine, of the container it runs in, and under its own limits."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from ..errors import MemoryBudgetError

GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
THREAD_BYTES = 16 << 20  # what a thread of ours takes beside its work
THREAD_ADDRESSES = (
    128 << 20
)  # what it reserves for its stack and its share of the allocator, counted by `ulimit -v` alone
OUT_OF_MEMORY = ("can't allocate memory", "out of memory")  # as torch says it


@dataclass(frozen=True, slots=True)
class _Version:
    """Where one version of control groups keeps its numbers."""

    roots: tuple[str, ...]
    limit: str
    used: str
    cache: str
    """The line of memory.stat that counts files which the kernel drops before it kills anyone."""


SECOND = _Version((".", "unified"), "memory.max", "memory.current", "inactive_file")
FIRST = _Version(("memory",), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def memory_available() -> int:
    """Bytes that this process may still allocate: the least of what machine, container and process limits leave."""
    free = [int(psutil.virtual_memory().available), *_left_to_groups(), *_left_to_process()]
    return max(min(free), 0)


def threads_within(threads: int, free: int) -> int:
    """Return how many threads, of those asked for, can be started in so many free bytes; at least 1, the calling thread."""
    return max(1, min(threads, free // _thread_bytes()))


@contextmanager
def memory_errors(function: str) -> Iterator[None]:
    """Turn what libraries raise where memory ends, in spite of every estimate, into one sentence."""
    free = memory_available()
    try:
        yield
    except MemoryBudgetError:
        raise
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and not any(words in str(error) for words in OUT_OF_MEMORY):
            raise
        raise MemoryBudgetError(
            f"{function} ran out of memory: {free / 2**30:.2f} GiB were free as it began. Take fewer points."
        ) from error


def _thread_bytes() -> int:
    """What one thread takes beside its work."""
    try:
        import resource
    except ImportError:
        return THREAD_BYTES
    limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return THREAD_ADDRESSES if limited else THREAD_BYTES


def _left_to_groups() -> Iterator[int]:
    """What each control group that this process is in, and each group above it, leaves; a parent may be the narrower."""
    for version, path in _membership():
        for root in (GROUPS / name for name in version.roots):
            group = root / path.lstrip("/")
            # Inside a container the path may be told as the host sees it: then its own group is the root.
            for folder in (group, *group.parents):
                if folder.is_relative_to(root) and (left := _left(folder, version)) is not None:
                    yield left


def _membership() -> Iterator[tuple[_Version, str]]:
    """Which groups hold this process: lines "0::/path" (version 2) and "9:memory:/path" (version 1)."""
    lines = MEMBERSHIP.read_text(encoding="utf-8").splitlines() if MEMBERSHIP.is_file() else []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield SECOND, path
        elif "memory" in controllers.split(","):
            yield FIRST, path


def _left(folder: Path, version: _Version) -> int | None:
    """Bytes that the limit of one group leaves, or None where it has no limit or cannot be read."""
    with contextlib.suppress(OSError, ValueError):  # ValueError: "max", which is no limit
        limit = int((folder / version.limit).read_text(encoding="utf-8"))
        used = int((folder / version.used).read_text(encoding="utf-8"))
        return limit - used + _cached(folder, version)
    return None


def _cached(folder: Path, version: _Version) -> int:
    """Bytes of files that the kernel can drop, which `used` counts as well."""
    with contextlib.suppress(OSError):
        for line in (folder / "memory.stat").read_text(encoding="utf-8").splitlines():
            if line.startswith(version.cache + " "):
                return int(line.split()[1])
    return 0


def _left_to_process() -> Iterator[int]:
    """What `ulimit -v` and `ulimit -d` leave; there are none on Windows."""
    try:
        import resource
    except ImportError:
        return
    held = psutil.Process().memory_info()
    for kind, used in ((resource.RLIMIT_AS, held.vms), (resource.RLIMIT_DATA, getattr(held, "data", 0))):
        limit, _ = resource.getrlimit(kind)
        if limit != resource.RLIM_INFINITY:
            yield limit - used
