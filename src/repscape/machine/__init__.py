"""Threads, memory and devices: the one owner of what this machine allows."""

from ._memory import memory_available
from ._pool import in_threads
from ._threads import Crew, single_threaded_products, thread_count

__all__ = [
    "Crew",
    "in_threads",
    "memory_available",
    "single_threaded_products",
    "thread_count",
]
