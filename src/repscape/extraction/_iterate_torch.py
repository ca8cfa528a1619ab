"""Runs examples through a model slab by slab: one forward pass per batch for every wanted layer and site.

A slab is a run of consecutive rows; inside it inputs are sorted by length, outside the order is the examples' own. What
comes out depends on the model, the examples, the options and the `Layout` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from .. import _check
from .._types import COLUMN, Examples, LayerInfo
from ..errors import InputError, InputTypeError, MemoryBudgetError
from ._anatomy import Tap
from ._asked_torch import asked_parts, check_window, prompted, with_anatomy
from ._copies import EarlierRows, RowsInMemory
from ._layout import Layout, slab_rows_of
from ._memory_torch import BATCH_TOKENS, fitting_tokens, free_device_memory, out_of_memory, smaller
from ._pool import POOLS
from ._reading_torch import Reading, find_reading
from ._sites import select_taps
from ._slab_torch import SlabWork
from ._torch_model import Encoded, Model, TooLong, evaluating
from ._window import Window


@dataclass(frozen=True, slots=True, eq=False)
class Slab:
    """The states of consecutive examples."""

    start: int
    """Row of the first example."""
    stop: int
    """Row after the last."""
    states: Mapping[LayerInfo, npt.NDArray[np.float32]]
    """(rows, d) of each layer, in the examples' order; rows = stop - start, or the tokens of all examples (pool "token")."""
    layout: Layout
    """The layout from here on; it changes when a batch did not fit in memory. Store it to resume with the same bits."""
    truncated: int
    """Examples that were cut to the longest length."""
    example: npt.NDArray[np.int64]
    """(rows,) which example a row belongs to."""
    position: npt.NDArray[np.int64]
    """(rows,) which of the example's tokens (or patches) that are read a row is, from 0; 0 where there is one row for each."""
    digests: npt.NDArray[np.uint8]
    """(stop - start, 16) what tells the inputs apart: equal for inputs that are equal to the model."""


def iterate(
    model: Model,
    examples: Examples,
    *,
    layers: str | int | Sequence[str | int] = "all",
    site: str | Sequence[str] = "residual",
    part: str | None = None,
    pool: str = "mean",
    include_special: bool = False,
    batch_size: int | str = "auto",
    max_length: int | None = None,
    too_long: TooLong = "truncate",
    template: str | None = None,
    chat: bool | None = None,
    positions: str | int | None = None,
    loss: bool | None = None,
    slab_rows: int | None = None,
    start_row: int = 0,
    layout: Layout | None = None,
    earlier: EarlierRows | None = None,
    digests: npt.NDArray[np.uint8] | None = None,
    mine: Callable[[int, int], bool] | None = None,
) -> Iterator[Slab]:
    """Yield the hidden states of examples, slab by slab, in order.

    Equal inputs run once; the others have their rows copied. A few inputs run first, alone and together, to see which may share
    a batch, and which positions are special tokens.

    Parameters
    ----------
    model : Model
        From `open_model`.
    examples : Examples
        The n examples.
    layers, site
        Where to read, see `select_taps`.
    part : {"heads", "units", "router", "experts"}, optional
        Parts of layers instead of whole ones, see `part_taps`.
    pool : {"mean", "max", "first", "last", "cls", "token", "flatten"}, default "mean"
        See `pool_state`.
    include_special : bool, default False
        Whether special tokens (class and register tokens too) count like the others.
    batch_size : int or "auto", default "auto"
        Inputs of a batch; auto forms batches of an equal number of tokens, as many as fit and pay.
    max_length : int, optional
        Most tokens of a text, special ones included; what the model takes by default.
    too_long : {"truncate", "refuse"}, default "truncate"
        What to do with longer texts; what was cut is counted.
    template, chat
        What stands around each text, see `Prompt`.
    positions : str or int, optional
        Which of an input's real positions are read, see `Window`.
    loss : bool, optional
        Whether the loss of each token comes with the states, as `LOSS`: by default where rows are tokens and the model has one.
    slab_rows : int, optional
        Rows of a slab, 512 by default and 64 for pools that keep positions.
    start_row : int, default 0
        Where to go on; a multiple of the slab's rows.
    layout : Layout, optional
        Of an earlier run, instead of `batch_size` and `slab_rows`.
    earlier : EarlierRows, optional
        Where the rows of earlier slabs can be had for copies; by default the first 256 MiB of them stay in memory.
    digests : ndarray of shape (start_row, 16), optional
        Of the examples before `start_row`, as their slabs gave them; by default those are encoded again, but not run.
    mine : callable, optional
        Called as mine(number of a slab, rows of a slab): whether this process runs it. Others are encoded, but not run.

    Yields
    ------
    Slab

    Raises
    ------
    InputError, UnknownNameError
        Options or examples that the model cannot take; checked before the first slab where that is possible.
    MemoryBudgetError
        A single input does not fit in memory.
    """
    _check.choice(pool, "pool", "extract", POOLS)
    _check.choice(too_long, "too_long", "extract", ("truncate", "refuse"))
    _suitable(model, examples)
    model, window = prompted(model, template=template, chat=chat), Window.of(positions)
    if window is not None and pool == "cls":
        raise InputError("positions of extract have no meaning for pool 'cls', which reads the token in front.")
    if loss is None:
        loss = pool == "token" and model.scores is not None
    encode = partial(model.encode, max_length=max_length, too_long=too_long)
    model.encode(
        examples.inputs[:1], first_row=0, max_length=max_length, too_long="truncate"
    )  # refuses what it cannot take
    with evaluating(model.module):
        model = with_anatomy(model, examples, encode, layers=layers, site="residual" if part else site)
        if part is None:
            taps = select_taps(model.module, layers=layers, sites=site, family=model.family, anatomy=model.anatomy)
        else:
            taps = asked_parts(model, examples, encode, part=part, layers=layers, site=site, pool=pool)
        rows = slab_rows_of({"slab_rows": slab_rows, "pool": pool}) if layout is None else layout.slab_rows
        if batch_size != "auto":
            _check.integer(batch_size, "batch_size", "extract", low=1)
        _check.integer(start_row, "start_row", "extract", low=0, high=len(examples))
        if start_row % rows and start_row != len(examples):
            raise InputError(f"start_row of extract must be a multiple of slab_rows ({rows}). Got {start_row}.")
        if window is not None:
            check_window(model, examples, encode, window=window, include_special=include_special)
        reading = _found_reading(model, taps, examples, encode, pool=pool)
        work = SlabWork(model, taps, pool, reading, include_special, earlier or RowsInMemory(), window, bool(loss))
        if layout is None and batch_size != "auto":
            layout = Layout(rows, batch_rows=int(batch_size))
        elif layout is None:
            layout = Layout(rows, batch_tokens=_tokens(work, encode(examples.inputs[:rows], first_row=0)))
    layout = _shared(layout, reading)
    return _slabs(work, examples, start_row=start_row, layout=layout, encode=encode, digests=digests, mine=mine)


def _slabs(
    work: SlabWork,
    examples: Examples,
    *,
    start_row: int,
    layout: Layout,
    encode: Callable[..., Encoded],
    digests: npt.NDArray[np.uint8] | None,
    mine: Callable[[int, int], bool] | None = None,
) -> Iterator[Slab]:
    """Compute slab after slab; a slab that does not fit in memory is computed again with half the batches."""
    with evaluating(work.model.module):
        _remember(work, examples, encode, start_row=start_row, digests=digests, rows=layout.slab_rows)
        for start in range(start_row, len(examples), layout.slab_rows):
            stop = min(start + layout.slab_rows, len(examples))
            encoded = encode(examples.inputs[start:stop], first_row=start)
            if mine is not None and not mine(start // layout.slab_rows, layout.slab_rows):
                work.seen.remember(work.digests_of_all(encoded, start), start)
                continue
            while True:
                try:
                    done = work.compute(encoded, start, layout)
                    break
                except (RuntimeError, MemoryError) as error:
                    if not out_of_memory(error):
                        raise
                    layout = smaller(layout, encoded, error)
                    free_device_memory(work.model)
            _finite(done.rows.states, start, work.model)
            work.seen.remember(done.digests, start)
            work.earlier.keep(done.computed)
            rows = done.rows
            position = np.arange(rows.counts.sum()) - np.repeat(np.cumsum(rows.counts) - rows.counts, rows.counts)
            yield Slab(
                start, stop, rows.states, layout, encoded.truncated, np.repeat(rows.examples, rows.counts), position,
                np.frombuffer(b"".join(done.digests), dtype=np.uint8).reshape(len(done.digests), -1),
            )  # fmt: skip


def _remember(
    work: SlabWork,
    examples: Examples,
    encode: Callable[..., Encoded],
    *,
    start_row: int,
    digests: npt.NDArray[np.uint8] | None,
    rows: int,
) -> None:
    """Take note of the inputs before `start_row`; where their digests were not kept they are encoded again."""
    if digests is not None:
        work.seen.remember([row.tobytes() for row in digests[:start_row]], 0)
        return
    for start in range(0, start_row, rows):
        stop = min(start + rows, start_row)
        encoded = encode(examples.inputs[start:stop], first_row=start)
        work.seen.remember(work.digests_of_all(encoded, start), start)


def _found_reading(
    model: Model, taps: list[Tap], examples: Examples, encode: Callable[..., Encoded], *, pool: str
) -> Reading:
    """Find out how states lie in a batch and which inputs may share one; vectors have no positions, and nothing to find."""
    probe = model.encode.probe()
    if probe is None and isinstance(examples.inputs, np.ndarray) and examples.inputs.ndim == 2:
        return Reading(by_row=True)
    try:
        return find_reading(model, taps, probe or encode(examples.inputs, first_row=0), pool=pool)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise MemoryBudgetError(
            "Two inputs together do not fit in memory. Lower max_length, use a smaller dtype or another device."
        ) from error


def _shared(layout: Layout, reading: Reading) -> Layout:
    """Return a layout in which only inputs that leave each other alone share a batch."""
    if reading.sharing == "none":
        return Layout(layout.slab_rows, batch_rows=1)
    return replace(layout, equal_lengths=True) if reading.sharing == "equal" else layout


def _tokens(work: SlabWork, first: Encoded) -> int:
    """Return the tokens of a batch."""
    most = work.model.scores.batch_tokens if work.loss and work.model.scores else BATCH_TOKENS
    if work.model.device.type == "cpu":
        return min(most, BATCH_TOKENS)
    found = fitting_tokens(work.model, work.taps, first, pool=work.pool, reading=work.reading)
    return min(most, found) if work.loss else found


def _suitable(model: Model, examples: Examples) -> None:
    """Refuse examples that the model cannot take, and empty ones, before anything is computed."""
    if examples.kind not in model.encode.kinds:
        raise InputTypeError(
            f"examples of extract: {model.name!r} takes {' or '.join(model.encode.kinds)}. Got {examples.kind}."
        )
    if len(examples) == 0:
        raise InputError("examples of extract must hold at least one example. Got none.")
    if examples.kind not in ("text", "protein"):
        return
    empty = [i for i, text in enumerate(examples.inputs) if not isinstance(text, str) or not text.strip()]
    if empty:
        rows = ", ".join(map(str, empty[:5])) + (", ..." if len(empty) > 5 else "")
        raise InputError(
            f"inputs of extract must be texts that are not empty. Got {len(empty)} empty or missing ones (rows {rows}). "
            "Leave those examples out."
        )


def _finite(states: Mapping[LayerInfo, npt.NDArray[np.float32]], start: int, model: Model) -> None:
    """Refuse overflow: half precision reaches infinity where float32 does not."""
    for layer, state in states.items():
        if layer.site == COLUMN:
            continue  # a token with nothing before it has no loss
        bad = ~np.isfinite(state).all(axis=1)
        if bad.any():
            raise InputError(
                f"layer {layer.key!r} is not finite for {int(bad.sum())} of the rows from example {start} on (dtype "
                f"{str(model.dtype).removeprefix('torch.')}). Try dtype='float32' or 'bfloat16'; else the weights are broken."
            )
