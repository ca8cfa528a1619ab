"""What an extraction will take, from a pass over a few of its examples; nothing is written."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ... import _check
from ..._types import Examples
from .._rounding import STORE_DTYPES

SAMPLE, FEWER = 32, 4  # examples of a sample; every so manyth of them in a shorter one


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an extraction will take, from a pass over a few of the examples."""

    rows: int
    """Rows of each layer (an estimate where every token gives one)."""
    layers: dict[str, int]
    """Layer -> width."""
    bytes_on_disk: int
    """At most: rows are stored as compressed float32, or in half of it where `store_dtype` says so."""
    disk_free: int
    """Bytes free where the store will lie."""
    memory: int
    """Bytes of the model's parameters and of two slabs of rows."""
    seconds: float
    """At the pace of the sample."""
    processor_seconds: float = 0.0
    """The same, counted over all threads."""


def sampled(opened: Any, examples: Examples, folder: Path, *, options: Mapping[str, Any]) -> Forecast:
    """Return the forecast of an opened model, from two passes over examples spread over the data."""
    from ...extraction import iterate  # loads torch, which the opened model shows to be there

    chosen = np.unique(np.linspace(0, len(examples) - 1, min(SAMPLE, len(examples))).astype(np.int64))
    kept = _check.choice(options.get("store_dtype", "float32"), "store_dtype", "extract", STORE_DTYPES)
    own = {name: value for name, value in options.items() if name != "store_dtype"}
    told = {"batch_size": SAMPLE // 2, **own}  # finding a size out would be timed as well
    sample = examples.take(chosen)
    few = sample.take(np.arange(0, len(chosen), FEWER))
    for _ in iterate(opened, few, **told):
        pass  # the first pass pays for starting up
    _, *short = _timed(lambda: list(iterate(opened, few, **told)))
    slabs, *long = _timed(lambda: list(iterate(opened, sample, **told)))
    # What one pass takes, however many examples go through it, stands in both.
    sizes = (len(few), len(chosen), len(examples))
    seconds, processor = (_longer(one, other, sizes=sizes) for one, other in zip(short, long, strict=True))
    rows = round(sum(len(slab.example) for slab in slabs) * len(examples) / len(chosen))
    widths = {layer.key: int(states.shape[1]) for layer, states in slabs[0].states.items()}
    total = sum(widths.values())
    parameters = sum(p.numel() * p.element_size() for p in opened.module.parameters())
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    return Forecast(
        rows=rows,
        layers=widths,
        bytes_on_disk=rows * total * (4 if kept == "float32" else 2),
        disk_free=shutil.disk_usage(there).free,
        memory=parameters + 2 * math.ceil(slabs[0].layout.slab_rows * rows / len(examples)) * total * 4,
        seconds=seconds,
        processor_seconds=processor,
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what some work gives, and its seconds on the clock and of the processors."""
    begun, used = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - begun, time.process_time() - used


def _longer(short: float, long: float, *, sizes: tuple[int, int, int]) -> float:
    """Return how long so many examples take, from how long a few took, and some more.

    Examples
    --------
    >>> _longer(3.0, 6.0, sizes=(8, 32, 512))
    66.0
    """
    few, some, all_of_them = sizes
    if some == few:
        return long * all_of_them / some
    each = min(max((long - short) / (some - few), long / some / FEWER), long / some)
    return long + each * (all_of_them - some)
