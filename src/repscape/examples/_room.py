"""Whether there is memory for what a file says it holds: asked before a byte of it is read."""

from __future__ import annotations

from ..errors import MemoryBudgetError
from ..machine import memory_available

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def check_room(needed: int, what: str) -> None:
    """Refuse what would not fit into memory."""
    free = memory_available()
    if needed > free:
        raise MemoryBudgetError(
            f"{what} would take {written_size(needed)} of memory; {written_size(free)} are free. "
            "Read less of it, or cut it into parts."
        )


def written_size(count: int) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> written_size(999), written_size(34_600_000), written_size(10**24)
    ('999 bytes', '34.6 MB', '1e+09 PB')
    """
    size, unit = float(count), UNITS[0]
    for larger in UNITS[1:]:
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}"
