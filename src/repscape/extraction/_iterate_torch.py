"""Runs examples through a model slab by slab: one forward pass per batch for every wanted layer and site.

A slab is a run of consecutive rows; inside it inputs are sorted by length, outside the order is the examples' own. What
comes out depends on the model, the examples, the options and the `Layout` alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from .. import _check
from .._types import Examples, LayerInfo
from ..errors import InputError, InputTypeError, MemoryBudgetError
from ._hooks import read_taps
from ._layout import Layout, fit_budget, plan_batches
from ._pool import POOLS, Batch, pool_state
from ._sites import Tap, select_taps
from ._torch_model import Encoded, Model, TooLong, evaluating

SLAB_ROWS = 512
SLAB_ROWS_WIDE = 64  # where each example gives many rows or one very long one
BATCH_TOKENS = 4096  # measured on two cores: larger batches leave the caches and gain nothing


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
    """(rows,) which of the example's real tokens (or image patches) a row is, from 0; 0 where there is one row for each."""


def iterate(
    model: Model,
    examples: Examples,
    *,
    layers: str | int | Sequence[str | int] = "all",
    site: str | Sequence[str] = "residual",
    pool: str = "mean",
    batch_size: int | str = "auto",
    max_length: int | None = None,
    too_long: TooLong = "truncate",
    slab_rows: int | None = None,
    start_row: int = 0,
    layout: Layout | None = None,
) -> Iterator[Slab]:
    """Yield the hidden states of examples, slab by slab, in order.

    Parameters
    ----------
    model : Model
        From `open_model`.
    examples : Examples
        The n examples.
    layers, site
        Where to read, see `select_taps`.
    pool : {"mean", "max", "first", "last", "cls", "token", "flatten"}, default "mean"
        See `pool_state`.
    batch_size : int or "auto", default "auto"
        Inputs of a batch; auto forms batches of an equal number of tokens, as many as fit and pay.
    max_length : int, optional
        Most tokens of a text, special ones included; what the model takes by default.
    too_long : {"truncate", "refuse"}, default "truncate"
        What to do with longer texts; what was cut is counted.
    slab_rows : int, optional
        Rows of a slab, 512 by default and 64 for pools that keep positions.
    start_row : int, default 0
        Where to go on; a multiple of the slab's rows.
    layout : Layout, optional
        Of an earlier run, instead of `batch_size` and `slab_rows`.

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
    taps = select_taps(model.module, layers=layers, sites=site, family=model.family)
    _suitable(model, examples)
    encode = partial(model.encode, max_length=max_length, too_long=too_long)
    if layout is None:
        rows = SLAB_ROWS_WIDE if pool in ("token", "flatten") else SLAB_ROWS
        rows = rows if slab_rows is None else _check.integer(slab_rows, "slab_rows", "extract", low=1)
        if batch_size != "auto":
            layout = Layout(rows, batch_rows=_check.integer(batch_size, "batch_size", "extract", low=1))
        else:
            first = encode(examples.inputs[:rows], first_row=0)
            on_cpu = model.device.type == "cpu"
            layout = Layout(
                rows, batch_tokens=BATCH_TOKENS if on_cpu else fitting_tokens(model, taps, first, pool=pool)
            )
    _check.integer(start_row, "start_row", "extract", low=0, high=len(examples))
    if start_row % layout.slab_rows and start_row != len(examples):
        raise InputError(f"start_row of extract must be a multiple of slab_rows ({layout.slab_rows}). Got {start_row}.")
    return _slabs(model, examples, taps, pool=pool, start_row=start_row, layout=layout, encode=encode)


def _slabs(
    model: Model,
    examples: Examples,
    taps: list[Tap],
    *,
    pool: str,
    start_row: int,
    layout: Layout,
    encode: Callable[..., Encoded],
) -> Iterator[Slab]:
    """Compute slab after slab; a slab that does not fit in memory is computed again with half the batches."""
    with evaluating(model.module):
        for start in range(start_row, len(examples), layout.slab_rows):
            stop = min(start + layout.slab_rows, len(examples))
            encoded = encode(examples.inputs[start:stop], first_row=start)
            while True:
                try:
                    states, example, position = _compute(model, taps, encoded, pool=pool, layout=layout)
                    break
                except (RuntimeError, MemoryError) as error:
                    if not out_of_memory(error):
                        raise
                    layout = _smaller(layout, encoded, error)
                    _free_device_memory(model)
            _finite(states, start, model)
            yield Slab(start, stop, states, layout, encoded.truncated, example + start, position)


def _compute(
    model: Model, taps: list[Tap], encoded: Encoded, *, pool: str, layout: Layout
) -> tuple[dict[LayerInfo, npt.NDArray[np.float32]], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Run the batches of one slab, move the pooled states together, and put the rows back in order."""
    batches = plan_batches(encoded.lengths, layout)
    pieces: dict[LayerInfo, list[torch.Tensor]] = {tap.layer: [] for tap in taps}
    counts: list[int] = []
    for rows in batches:
        batch = encoded.batch(rows)
        found = forward(model, taps, batch, pool=pool)
        heights = {len(state) for state in found.values()}
        if len(heights) > 1:
            raise InputError(
                f"pool of extract: 'token' needs layers with the same number of positions. Got {sorted(heights)} rows in "
                "one batch. Read them one at a time, or use mean."
            )
        counts += batch.counts(pool, heights.pop())
        for layer, state in found.items():
            pieces[layer].append(state)
    owner = np.repeat(np.concatenate(batches), counts)
    order = np.argsort(owner, kind="stable")
    position = np.concatenate([np.arange(count) for count in counts])[order]
    states = {layer: torch.cat(parts).cpu().numpy()[order] for layer, parts in pieces.items()}
    return states, owner[order], position


@torch.inference_mode()
def forward(model: Model, taps: list[Tap], batch: Batch, *, pool: str) -> dict[LayerInfo, torch.Tensor]:
    """Run one batch and return the pooled state of every tap, still on the device."""
    device, dtype = model.device, model.dtype
    here = Batch(
        _moved(batch.inputs, device, dtype),
        batch.rows,
        None if batch.real is None else batch.real.to(device),
        batch.lead,
    )

    def call() -> None:
        if isinstance(here.inputs, Mapping):
            model.run(**here.inputs)
        else:
            model.run(*here.inputs)

    return read_taps(
        model.module, taps, call=call, reduce=lambda state, name: pool_state(state, pool, batch=here, name=name)
    )


def _moved(inputs: Any, device: torch.device, dtype: torch.dtype) -> Any:
    """Move tensors to the model, floating-point ones in its type."""
    if isinstance(inputs, Mapping):
        return {name: _moved(value, device, dtype) for name, value in inputs.items()}
    if isinstance(inputs, tuple):
        return tuple(_moved(value, device, dtype) for value in inputs)
    if isinstance(inputs, torch.Tensor):
        return inputs.to(device, dtype if inputs.is_floating_point() else inputs.dtype)
    return inputs


def fitting_tokens(model: Model, taps: list[Tap], first: Encoded, *, pool: str) -> int:
    """Choose the tokens of a batch by trying, and timing, batches of the first slab's longest inputs."""

    def seconds(tokens: int) -> float | None:
        batch = first.batch(plan_batches(first.lengths, Layout(len(first.lengths), batch_tokens=tokens))[0])
        try:
            for _ in range(2):  # the second is timed: the first also compiles and allocates
                begun = time.perf_counter()
                next(iter(forward(model, taps, batch, pool=pool).values())).cpu()  # moving a result waits for all of it
            return time.perf_counter() - begun
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            _free_device_memory(model)
            return None

    with evaluating(model.module):
        return fit_budget(seconds, start=BATCH_TOKENS, most=max(BATCH_TOKENS, int(first.lengths.sum())))


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


def _smaller(layout: Layout, encoded: Encoded, error: BaseException) -> Layout:
    """Return a layout with smaller batches, or give up when batches already hold one input each."""
    if all(len(batch) == 1 for batch in plan_batches(encoded.lengths, layout)):
        raise MemoryBudgetError(
            f"A single input of {int(encoded.lengths.max())} tokens does not fit in memory. "
            "Lower max_length, use a smaller dtype or another device."
        ) from error
    smaller = layout.halved()
    while len(plan_batches(encoded.lengths, smaller)) == len(plan_batches(encoded.lengths, layout)):
        smaller = smaller.halved()
    return smaller


def out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that a batch was too large."""
    text = str(error)
    on_cpu = "not enough memory" in text or "can't allocate memory" in text
    return on_cpu or isinstance(error, torch.OutOfMemoryError | MemoryError)


def _free_device_memory(model: Model) -> None:
    if model.device.type == "cuda":
        torch.cuda.empty_cache()


def _finite(states: Mapping[LayerInfo, npt.NDArray[np.float32]], start: int, model: Model) -> None:
    """Refuse overflow: half precision reaches infinity where float32 does not."""
    for layer, state in states.items():
        bad = ~np.isfinite(state).all(axis=1)
        if bad.any():
            raise InputError(
                f"layer {layer.key!r} is not finite for {int(bad.sum())} of the rows from example {start} on (dtype "
                f"{str(model.dtype).removeprefix('torch.')}). Try dtype='float32' or 'bfloat16'; else the weights are broken."
            )
