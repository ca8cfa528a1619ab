"""Threads, memory, devices, and files that are written whole: the one owner of what this machine allows."""

from ._browser import open_browser
from ._budget import Budget
from ._crew import Crew, in_threads, thread_count
from ._device import graph_device, torch_device
from ._files import (
    NAMED,
    UNFINISHED,
    UNFINISHED_FOLDER,
    check_inside,
    remove_left,
    sync_files,
    sync_folder,
    sync_tree,
    unfinished_name,
    whole_folder,
    write_whole,
)
from ._frames import Shelf, packed, unpacked
from ._limits import library_threads, single_threaded_products, single_threaded_torch, single_torch_thread
from ._memory import LIMIT, check_memory, fitting, memory_available, memory_errors, threads_within, within_memory
from ._places import check_on_disk, is_far, place_of, remove_tree, write_far
from ._serve import serve
from ._workers import Job, Traffic, Workers, workers

__all__ = [
    "Budget",
    "Crew",
    "Job",
    "LIMIT",
    "NAMED",
    "Shelf",
    "Traffic",
    "UNFINISHED",
    "UNFINISHED_FOLDER",
    "Workers",
    "check_inside",
    "check_memory",
    "check_on_disk",
    "fitting",
    "graph_device",
    "in_threads",
    "is_far",
    "library_threads",
    "memory_available",
    "memory_errors",
    "open_browser",
    "packed",
    "place_of",
    "remove_tree",
    "serve",
    "single_threaded_products",
    "single_threaded_torch",
    "single_torch_thread",
    "sync_files",
    "sync_folder",
    "sync_tree",
    "thread_count",
    "threads_within",
    "torch_device",
    "unfinished_name",
    "unpacked",
    "whole_folder",
    "within_memory",
    "workers",
    "write_far",
    "remove_left",
    "write_whole",
]
