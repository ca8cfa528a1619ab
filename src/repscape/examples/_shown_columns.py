"""What a column is to somebody who looks at it: classes, a scale of numbers, or text."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Brief

CONTINUOUS = 12  # numbers of more values than this are a scale, not classes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShownColumn(Brief):
    """A column as pages show it."""

    kind: Literal["class", "number", "text"]
    """What it is."""
    levels: tuple[str, ...] = ()
    """Classes, sorted, numbers by size."""
    codes: npt.NDArray[np.int32] | None = None
    """(n,) of classes: which level, -1 where it is missing."""
    numbers: npt.NDArray[np.float64] | None = None
    """(n,) of a scale: NaN where it is missing."""
    texts: tuple[str | None, ...] = ()
    """n texts, None where it is missing."""


def shown_column(values: pd.Series[Any], *, letters: int, levels: int | None = None) -> ShownColumn:
    """Return a column as classes, as numbers, or as text.

    Classes are values of which there are at most half as many as examples, and at most `levels`, none of them longer than
    `letters`.
    """
    gone = values.isna().to_numpy(dtype=bool)
    held = values[~gone].map(str)
    distinct = held.unique()
    number = pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)
    if number and len(distinct) > CONTINUOUS:
        numbers = values.to_numpy(dtype=np.float64, na_value=math.nan)
        return ShownColumn("number", numbers=np.where(np.isfinite(numbers), numbers, np.nan))
    few = max(2, len(values) // 2) if levels is None else max(2, min(levels, len(values) // 2))
    if len(distinct) <= few and all(len(text) <= letters for text in distinct):
        order = sorted(distinct, key=float) if number else sorted(distinct)
        codes = np.full(len(values), -1, dtype=np.int32)
        codes[~gone] = pd.Categorical(held, categories=order).codes
        return ShownColumn("class", levels=tuple(order), codes=codes)
    return ShownColumn("text", texts=tuple(None if m else str(v) for v, m in zip(values, gone, strict=True)))
