"""Which rows are wanted: the ones named, a few of each class, or a few in all, shuffled by seed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check, _random
from ..errors import InputError, InputTypeError
from ._npz import load_npy
from ._source import known_column

FUNCTION = "read_examples"
Rows = npt.NDArray[np.int64]


def chosen_rows(
    table: pd.DataFrame,
    name: str,
    *,
    label: str | None,
    rows: Any,
    balance: int | None,
    limit: int | None,
    rng: int | np.random.Generator,
) -> Rows:
    """Return the row numbers of the wanted examples, in the order they are wanted."""
    if balance is not None and limit is not None:
        raise InputError(f"{FUNCTION} takes limit or balance, not both. Got limit={limit} and balance={balance}.")
    chosen = np.arange(len(table)) if rows is None else _named_rows(rows, len(table), name)
    if label is not None:
        _no_gaps(table, label, chosen, name)
    if balance is not None:
        if label is None:
            raise InputError(f"balance of {FUNCTION} needs label=, the column that says the class of each example.")
        balance = _check.integer(balance, "balance", FUNCTION, low=1)
        return _balanced(table[label].iloc[chosen], chosen, balance, _random.generator(rng, FUNCTION))
    if limit is not None:
        limit = _check.integer(limit, "limit", FUNCTION, low=1)
        return _random.generator(rng, FUNCTION).permutation(chosen)[:limit]
    return chosen


def _named_rows(rows: Any, n: int, name: str) -> Rows:
    """Return the given row numbers, from an array or a .npy file."""
    given = load_npy(Path(rows)) if isinstance(rows, str | os.PathLike) else np.asarray(rows)
    if given.ndim != 1 or given.dtype.kind not in "iu" or not len(given):
        raise InputTypeError(
            f"rows of {FUNCTION} must be row numbers, or a .npy of them. Got {given.dtype} of shape {given.shape}."
        )
    if given.min() < 0 or given.max() >= n:
        raise InputError(f"rows of {FUNCTION} must lie in [0, {n - 1}] for {name}. Got {given.min()} to {given.max()}.")
    if len(np.unique(given)) < len(given):
        raise InputError(f"rows of {FUNCTION} must not repeat. Got {len(given) - len(np.unique(given))} repeated.")
    return given.astype(np.int64)


def _no_gaps(table: pd.DataFrame, label: str, chosen: Rows, name: str) -> None:
    missing = chosen[table[known_column(table, label, name)].iloc[chosen].isna().to_numpy(dtype=bool)]
    if len(missing):
        first = ", ".join(f"{row} (id {table['id'].iloc[int(row)]!r})" for row in missing[:3])
        raise InputError(
            f"{name}: {len(missing)} of {len(chosen)} examples have no label in column {label!r}, the first in row {first}. "
            "Leave those rows out (rows=) or give them a label of their own."
        )


def _balanced(labels: pd.Series[Any], chosen: Rows, count: int, rng: np.random.Generator) -> Rows:
    """Draw `count` rows of every class, and shuffle them."""
    codes, classes = pd.factorize(labels, sort=True)
    picked = []
    for code, which in enumerate(classes):
        members = chosen[codes == code]
        if len(members) < count:
            raise InputError(
                f"balance of {FUNCTION} must be at most the size of the smallest class. "
                f"Got {count}; class {which!r} has {len(members)}."
            )
        picked.append(rng.permutation(members)[:count])
    return rng.permutation(np.concatenate(picked))
