"""Threads, memory and devices: the one owner of what this machine allows."""

from ._budget import Budget
from ._crew import Crew, in_threads, thread_count
from ._device import graph_device, torch_device
from ._limits import library_threads, single_threaded_products, single_threaded_torch, single_torch_thread
from ._memory import check_memory, fitting, memory_available, memory_errors, threads_within, within_memory

__all__ = [
    "Budget",
    "Crew",
    "check_memory",
    "fitting",
    "graph_device",
    "in_threads",
    "library_threads",
    "memory_available",
    "memory_errors",
    "single_threaded_products",
    "single_threaded_torch",
    "single_torch_thread",
    "thread_count",
    "threads_within",
    "torch_device",
    "within_memory",
]
