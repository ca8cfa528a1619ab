"""Which inputs share a batch: sorted by length inside slabs of consecutive rows, batches of equal token budget.

Everything here is a pure function of the lengths and of one small `Layout`, so that storing the layout is enough to
make a resumed run form the same batches, and hence compute the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import _check
from ..errors import InputError

SLAB_ROWS = 512
SLAB_ROWS_WIDE = 64  # where each example gives many rows or one very long one
GAIN = 0.95  # a batch twice as large must take less than this share of the time per token to be worth its memory


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are cut into slabs and batches; fixed on the first run and stored (dataclasses.asdict) for the next."""

    slab_rows: int
    """Consecutive rows that are sorted, computed and handed out together."""
    batch_tokens: int | None = None
    """Most tokens of a batch, padding counted; None: no bound."""
    batch_rows: int | None = None
    """Most inputs of a batch; None: no bound."""
    equal_lengths: bool = False
    """Whether only inputs of one length share a batch, for models whose states depend on padding."""

    def __post_init__(self) -> None:
        _check.integer(self.slab_rows, "slab_rows", "extract", low=1)
        for name in ("batch_tokens", "batch_rows"):
            if getattr(self, name) is not None:
                _check.integer(getattr(self, name), name, "extract", low=1)
        if self.batch_tokens is None and self.batch_rows is None:
            raise InputError("layout of extract must bound a batch by batch_tokens or batch_rows. Got neither.")

    def halved(self) -> Layout:
        """Return the layout with batches half as large, for when they do not fit in memory."""
        half = {
            name: max(1, getattr(self, name) // 2) for name in ("batch_tokens", "batch_rows") if getattr(self, name)
        }
        return replace(self, **half)


def slab_rows_of(options: Mapping[str, Any]) -> int:
    """Return the rows of a slab, as the options of `extract` ask for them."""
    if (asked := options.get("slab_rows")) is not None:
        return _check.integer(asked, "slab_rows", "extract", low=1)
    return SLAB_ROWS_WIDE if options["pool"] in ("token", "flatten") else SLAB_ROWS


def plan_batches(lengths: npt.NDArray[np.int64], layout: Layout) -> list[npt.NDArray[np.int64]]:
    """Group the rows of one slab into batches of similar lengths.

    Parameters
    ----------
    lengths : ndarray of shape (rows,)
        Tokens of each input.
    layout : Layout
        The bounds of a batch.

    Returns
    -------
    list of ndarray
        Row numbers of each batch, the longest inputs first (what does not fit in memory fails at once); each row is in
        one batch.

    Examples
    --------
    >>> [batch.tolist() for batch in plan_batches(np.array([3, 9, 4, 8]), Layout(slab_rows=4, batch_tokens=18))]
    [[1, 3], [2, 0]]
    """
    order = np.lexsort((np.arange(len(lengths)), -lengths))
    batches: list[npt.NDArray[np.int64]] = []
    start = 0
    while start < len(order):
        longest = max(1, int(lengths[order[start]]))
        rows = len(order) if layout.batch_tokens is None else max(1, layout.batch_tokens // longest)
        rows = min(rows, layout.batch_rows or rows)
        batch = order[start : start + rows]
        if layout.equal_lengths:
            batch = batch[lengths[batch] == lengths[batch[0]]]
        batches.append(batch)
        start += len(batch)
    return batches


def fit_budget(seconds: Callable[[int], float | None], *, start: int, most: int) -> int:
    """Find the token budget beyond which larger batches fail or no longer pay.

    Parameters
    ----------
    seconds : callable
        Runs one batch of a budget and returns its time, or None when it does not fit in memory.
    start, most : int
        The first budget tried, and the largest.

    Returns
    -------
    int
        The budget with the lowest time per token on a ladder of doublings (or of halvings, where `start` fails).

    Examples
    --------
    >>> fit_budget(lambda tokens: 1 + tokens / 1000 if tokens < 20_000 else None, start=1000, most=10**6)
    16000
    """
    budget, taken = start, seconds(start)
    while taken is None:
        if budget == 1:
            raise InputError("batch_size of extract: not even one token fits in memory. Use a smaller model or dtype.")
        budget = max(1, budget // 2)
        taken = seconds(budget)
    if budget < start:
        return budget
    while 2 * budget <= most:
        longer = seconds(2 * budget)
        if longer is None or longer > GAIN * 2 * taken:
            break
        budget, taken = 2 * budget, longer
    return budget
