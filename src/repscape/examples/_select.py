"""Which rows are wanted: the ones named, a few of each class, or a few in all, shuffled by seed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import _check, _random
from ..errors import InputError, InputTypeError
from ._npz import load_npy
from ._source import known_column

WHAT = "the examples"
Rows = npt.NDArray[np.int64]


def chosen_rows(
    table: pd.DataFrame,
    name: str,
    *,
    labels: Sequence[str],
    rows: Any,
    balance: int | None,
    limit: int | None,
    rng: int | np.random.Generator,
) -> Rows:
    """Return the row numbers of the wanted examples, in the order they are wanted."""
    if balance is not None and limit is not None:
        raise InputError(f"{WHAT} takes limit or balance, not both. Got limit={limit} and balance={balance}.")
    draw = _random.generator(rng, WHAT)
    chosen = np.arange(len(table)) if rows is None else _named_rows(rows, len(table), name)
    for label in labels:
        _no_gaps(table, label, chosen, name)
    if balance is not None:
        if not labels:
            raise InputError(f"balance of {WHAT} needs label=, the column that says the class of each example.")
        balance = _check.integer(balance, "balance", WHAT, low=1)
        return _balanced(table[labels[0]].iloc[chosen], chosen, balance, draw)
    if limit is not None:
        limit = _check.integer(limit, "limit", WHAT, low=1)
        return draw.permutation(chosen)[:limit]
    return chosen


def _named_rows(rows: Any, n: int, name: str) -> Rows:
    """Return the given row numbers, from an array or a .npy file."""
    given = _check.plain_array(load_npy(Path(rows)) if isinstance(rows, str | os.PathLike) else rows, "rows", WHAT)
    if given.ndim != 1 or given.dtype.kind not in "iu" or not len(given):
        raise InputTypeError(
            f"rows of {WHAT} must be row numbers, or a .npy of them. Got {given.dtype} of shape {given.shape}."
        )
    if given.min() < 0 or given.max() >= n:
        raise InputError(f"rows of {WHAT} must lie in [0, {n - 1}] for {name}. Got {given.min()} to {given.max()}.")
    if len(np.unique(given)) < len(given):
        raise InputError(f"rows of {WHAT} must not repeat. Got {len(given) - len(np.unique(given))} repeated.")
    return given.astype(np.int64)


def _no_gaps(table: pd.DataFrame, label: str, chosen: Rows, name: str) -> None:
    missing = chosen[table[known_column(table, label, name)].iloc[chosen].isna().to_numpy(dtype=bool)]
    if len(missing):
        first = ", ".join(f"{row} (id {_check.shown(table['id'].iloc[int(row)])})" for row in missing[:3])
        raise InputError(
            f"{name}: {len(missing)} of {len(chosen)} examples have no label in column {label!r}, the first in row {first}. "
            "Leave those rows out (rows=) or give them a label of their own."
        )


def _balanced(labels: pd.Series[Any], chosen: Rows, count: int, rng: np.random.Generator) -> Rows:
    """Draw `count` rows of every class, and shuffle them."""
    kinds = {type(label).__name__ for label in labels}
    if kinds & {"list", "dict"}:
        raise InputTypeError(f"labels to balance must be text or numbers. Got {', '.join(sorted(kinds))}.")
    if len(kinds) > 1:
        raise InputTypeError(f"labels to balance must be of one kind. Got {', '.join(sorted(kinds))} mixed.")
    codes, classes = pd.factorize(labels, sort=True)
    picked = []
    for code, which in enumerate(classes):
        members = chosen[codes == code]
        if len(members) < count:
            raise InputError(
                f"balance of {WHAT} must be at most the size of the smallest class. "
                f"Got {count}; class {_check.shown(which)} has {len(members)}."
            )
        picked.append(rng.permutation(members)[:count])
    return rng.permutation(np.concatenate(picked))
