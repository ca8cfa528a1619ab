"""How large a batch may be: tried where there is a GPU, halved where it did not fit."""

from __future__ import annotations

import time

import torch

from ..errors import MemoryBudgetError
from ._anatomy import Tap
from ._layout import Layout, fit_budget, plan_batches
from ._reading_torch import Reading, forward
from ._torch_model import Encoded, Model, evaluating

BATCH_TOKENS = 4096  # measured on two cores: larger batches leave the caches and gain nothing


def fitting_tokens(model: Model, taps: list[Tap], first: Encoded, *, pool: str, reading: Reading | None = None) -> int:
    """Choose the tokens of a batch by trying, and timing, batches of the first slab's longest inputs."""

    def seconds(tokens: int) -> float | None:
        batch = first.batch(plan_batches(first.lengths, Layout(len(first.lengths), batch_tokens=tokens))[0])
        try:
            for _ in range(2):  # the second is timed: the first also compiles and allocates
                begun = time.perf_counter()
                states = forward(model, taps, batch, pool=pool, reading=reading or Reading())
                next(iter(states.values())).cpu()  # moving a result waits for all of it
            return time.perf_counter() - begun
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            free_device_memory(model)
            return None

    with evaluating(model.module):
        return fit_budget(seconds, start=BATCH_TOKENS, most=max(BATCH_TOKENS, int(first.lengths.sum())))


def smaller(layout: Layout, encoded: Encoded, error: BaseException) -> Layout:
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


def free_device_memory(model: Model) -> None:
    """Give back what torch holds and does not use."""
    if model.device.type == "cuda":
        torch.cuda.empty_cache()
