"""Measures and points that end the process they are computed in, once for each file that is not there yet."""

from __future__ import annotations

import os
import signal
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from repscape.errors import RepscapeWarning
from repscape.measures import Estimate


def die(flag: Path) -> None:
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def folder() -> Path:
    return Path(os.environ["DEADLY"])


class DeadlyPoints:
    """Points that are read from elsewhere; the first who reads them dies."""

    def __init__(self, array: Any, flag: Path) -> None:
        self.array, self.flag = array, flag
        self.shape, self.dtype = array.shape, array.dtype

    def __getitem__(self, key: Any) -> Any:
        if os.environ.get("REPSCAPE_MEMORY"):  # in a worker
            die(self.flag)
        return self.array[key]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self[:], dtype)


def one(X: Any) -> Estimate:
    die(folder() / "one")
    warnings.warn("warned", RepscapeWarning, stacklevel=2)
    return Estimate(float(X.sum()), len(X))


def two(X: Any, Y: Any) -> Estimate:
    die(folder() / "two")
    return Estimate(float((X * Y).sum()), len(X))
