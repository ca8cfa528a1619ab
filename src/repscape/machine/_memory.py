"""Memory: what this process may still allocate, of the machine, of the container it runs in, and under its own limits."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import psutil

from ..errors import MemoryBudgetError

LIMIT = "REPSCAPE_MEMORY"
"""In the environment: bytes that this process is to keep to, as workers that share a machine are told."""
GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")
THREAD_BYTES = 16 << 20  # what a thread of ours takes beside its work
THREAD_ADDRESSES = (
    128 << 20
)  # what it reserves for its stack and its share of the allocator, counted by `ulimit -v` alone
SMALL = 1 << 26  # bytes that nobody has to ask for
P = ParamSpec("P")
R = TypeVar("R")
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
    free = [int(psutil.virtual_memory().available), *_left_to_groups(), *_left_to_process(), *_left_of_share()]
    return max(min(free), 0)


def _left_of_share() -> Iterator[int]:
    """What is left of the share that the environment gives."""
    share = os.environ.get(LIMIT, "")
    if share.isascii() and share.isdecimal():
        yield int(share) - int(psutil.Process().memory_info().rss)


def threads_within(threads: int, free: int) -> int:
    """Return how many threads, of those asked for, can be started in so many free bytes; at least 1, the calling thread."""
    return max(1, min(threads, free // _thread_bytes()))


def check_memory(needed: int, function: str, *, then: str = "Take fewer points.") -> None:
    """Refuse what would not fit, before any of it is taken.

    Parameters
    ----------
    needed
        Bytes, at least.
    function
        Who needs them.
    then
        What would fit, in a sentence.

    Raises
    ------
    MemoryBudgetError
        Fewer bytes are free.
    """
    if needed > SMALL and needed > (free := memory_available()):
        raise MemoryBudgetError(
            f"{function} would need at least {needed / 2**30:.2f} GiB; {free / 2**30:.2f} GiB are free. {then}"
        )


def fitting(each: float) -> int:
    """Return how many points fit where every two of them take so many bytes."""
    return math.isqrt(int(memory_available() / each))


def within_memory(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function of points say in a sentence that they do not fit: before it begins, or where memory ends all the same.

    Every measure works on its points in float64; what grows faster it checks by itself.
    """
    name = function.__name__

    @functools.wraps(function)
    def guarded(*given: P.args, **options: P.kwargs) -> R:
        shapes = [found for value in (*given, *options.values()) if (found := _rows_of(value)) is not None]
        needed = 8 * sum(n * d for n, d in shapes)
        if needed > SMALL:
            fits = memory_available() // (8 * sum(d for _, d in shapes))
            then = f"Of these features {fits:,} points would fit."
            check_memory(needed, f"{name}, which works in float64,", then=then)
        with memory_errors(name):
            return function(*given, **options)

    return guarded


def _rows_of(value: Any) -> tuple[int, int] | None:
    """Return the shape of points (n, d); None of anything else."""
    shape = getattr(value, "shape", None)
    return (int(shape[0]), math.prod(shape[1:])) if isinstance(shape, tuple) and len(shape) >= 2 else None


@contextmanager
def memory_errors(function: str) -> Iterator[None]:
    """Turn what libraries raise where memory ends, in spite of every estimate, into one sentence."""
    free = _lately_available(int(10 * time.monotonic()))
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


@functools.lru_cache(maxsize=1)
def _lately_available(tenth: int) -> int:
    """Bytes available, looked up once in a tenth of a second: many calls take less time than reading a dozen files."""
    return memory_available()


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
    if MEMBERSHIP.is_file():
        for version, folder in _groups(MEMBERSHIP.read_text(encoding="utf-8"), GROUPS):
            if (left := _left(folder, version)) is not None:
                yield left


@functools.lru_cache(maxsize=4)
def _groups(membership: str, groups: Path) -> tuple[tuple[_Version, Path], ...]:
    """The folders of the groups that hold this process: lines "0::/path" (version 2) and "9:memory:/path" (version 1)."""
    found = []
    for line in membership.splitlines():
        _, controllers, path = line.split(":", 2)
        version = SECOND if controllers == "" else FIRST if "memory" in controllers.split(",") else None
        for root in () if version is None else (groups / name for name in version.roots):
            group = root / path.lstrip("/")
            # Inside a container the path may be told as the host sees it: then its own group is the root.
            found += [(version, folder) for folder in (group, *group.parents) if folder.is_relative_to(root)]
    return tuple((version, folder) for version, folder in found if version is not None)


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
