"""The autoencoder of the bottleneck curve: one hidden layer on each side, trained with Adam. Needs torch; loaded when needed.

Weights and batches come from numpy, so that a seed means the same in every version of torch.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import numpy as np
import numpy.typing as npt
import torch

from ...machine import single_threaded_torch

FloatArray = npt.NDArray[np.float64]
RATE = 0.01
SMALL = 1 << 22
"""Products in a step below which one thread is faster than several."""
ONE_AT_A_TIME = threading.Lock()


def initial(sizes: Sequence[int], random: np.random.Generator) -> list[FloatArray]:
    """Draw the weights of layers of these sizes (uniform, Glorot's width) and their zero biases, in turn."""
    weights: list[FloatArray] = []
    for inputs, outputs in itertools.pairwise(sizes):
        reach = (6 / (inputs + outputs)) ** 0.5
        weights += [random.uniform(-reach, reach, size=(inputs, outputs)), np.zeros(outputs)]
    return weights


def batches(n: int, size: int, steps: int, *, random: np.random.Generator) -> Iterator[npt.NDArray[np.int64]]:
    """Yield the rows of each step: all rows once in a random order, then again in a new one, until there are enough."""
    while steps > 0:
        order = random.permutation(n)
        for start in range(0, min(n, steps * size), size):
            yield order[start : start + size]
        steps -= -(-n // size)


def held_out_error(
    train: FloatArray, test: FloatArray, *, width: int, hidden: int, steps: int, batch: int, rng: np.random.Generator
) -> float:
    """Train with a bottleneck of `width`; return the mean squared error on the held-out rows."""
    d = train.shape[1]
    # So small steps would only have threads wait for one another.
    small = batch * hidden * (d + width) < SMALL
    with ONE_AT_A_TIME, single_threaded_torch() if small else nullcontext():
        weights = _trained(train, (d, hidden, width, hidden, d), steps=steps, batch=batch, rng=rng)
        with torch.inference_mode():
            left = torch.tensor(test)
            return float(((_rebuilt(left, weights) - left) ** 2).mean())


def _trained(
    train: FloatArray, sizes: Sequence[int], *, steps: int, batch: int, rng: np.random.Generator
) -> list[torch.Tensor]:
    """Return the weights after training; the rate falls along half a cosine."""
    weights = [torch.tensor(w, requires_grad=True) for w in initial(sizes, rng)]
    optimizer = torch.optim.Adam(weights, lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5 * (1 + np.cos(np.pi * step / steps)))
    rows = torch.tensor(train)
    for chosen in batches(len(train), batch, steps, random=rng):
        part = rows[torch.from_numpy(chosen)]
        loss = ((_rebuilt(part, weights) - part) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return weights


def _rebuilt(points: torch.Tensor, weights: list[torch.Tensor]) -> torch.Tensor:
    """Encode and decode; tanh in the hidden layers, none at the bottleneck and the output."""
    for layer in range(0, len(weights), 2):
        points = points @ weights[layer] + weights[layer + 1]
        if layer in (0, 4):
            points = torch.tanh(points)
    return points
