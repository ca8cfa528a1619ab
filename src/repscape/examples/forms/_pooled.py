"""From the states of tokens to one row for each example: mean, first, last, max over the real ones; or a row for each of them.

Sums run in float64, whatever the states are kept in, and by blocks of examples, so that states mapped from disk need not fit
into memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ...errors import InputError

Array = npt.NDArray[Any]
BLOCK = 1 << 24  # numbers pooled in one go


def pooled(states: Any, how: str, mask: Array | None, *, name: str) -> Array:
    """Return (n, d) rows of states (n, tokens, d), or (real tokens, d) for "token".

    Parameters
    ----------
    states : (n, tokens, d) array
        Read by blocks of examples.
    how : {"mean", "first", "last", "max", "token"}
        First and last are the first and the last real token.
    mask : (n, tokens) array of bool, optional
        True where a token is real; None: all are.
    name : str
        What the states are called in messages.

    Examples
    --------
    >>> states = np.arange(12.0).reshape(2, 3, 2)
    >>> pooled(states, "mean", np.array([[True, True, False], [True, True, True]]), name="a").tolist()
    [[1.0, 2.0], [8.0, 9.0]]
    """
    n, tokens, d = states.shape
    real = np.ones((n, tokens), dtype=bool) if mask is None else mask
    if not tokens or not real.any(axis=1).all():
        row = 0 if not tokens else int(np.flatnonzero(~real.any(axis=1))[0])
        raise InputError(f"{name}: example {row} has no real token to pool over.")
    step = max(1, BLOCK // max(1, tokens * d))
    blocks = (slice(start, start + step) for start in range(0, n, step))
    if how == "token":
        return np.concatenate([np.asarray(states[block])[real[block]] for block in blocks])
    rows = [KINDS[how](np.asarray(states[block]), real[block]) for block in blocks]
    return np.concatenate(rows) if rows else np.empty((0, d), dtype=_kept(states.dtype))


def positions(real: Array | Iterable[int]) -> tuple[Array, Array]:
    """Return (example, position) of every real token, from a mask or from numbers of tokens."""
    if isinstance(real, np.ndarray) and real.ndim == 2:
        example, position = np.nonzero(real)
        return example, position
    counts = np.asarray(list(real), dtype=np.int64)
    return np.repeat(np.arange(len(counts)), counts), np.concatenate([np.arange(count) for count in counts])


def _kept(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the float type that rows are kept in: no less exact than the states, and at least 32 bits."""
    return np.result_type(dtype, np.float32) if dtype.kind == "f" and dtype.itemsize <= 8 else np.dtype(np.float64)


def _mean(states: Array, real: Array) -> Array:
    weights = real.astype(np.float64)
    sums = np.einsum("ntd,nt->nd", np.where(real[:, :, None], states, 0).astype(np.float64), weights)
    means: Array = sums / weights.sum(axis=1, keepdims=True)
    return means.astype(_kept(states.dtype))


def _first(states: Array, real: Array) -> Array:
    rows: Array = states[np.arange(len(states)), real.argmax(axis=1)]
    return rows


def _last(states: Array, real: Array) -> Array:
    rows: Array = states[np.arange(len(states)), real.shape[1] - 1 - real[:, ::-1].argmax(axis=1)]
    return rows


def _max(states: Array, real: Array) -> Array:
    lowest = -np.inf if states.dtype.kind == "f" else states.min(initial=0)
    largest: Array = np.where(real[:, :, None], states, lowest).max(axis=1)
    return largest.astype(states.dtype, copy=False)


KINDS: dict[str, Callable[[Array, Array], Array]] = {"mean": _mean, "first": _first, "last": _last, "max": _max}
