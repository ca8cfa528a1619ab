"""How a model's states lie in a batch, and which inputs may share one: found out by running a few inputs.

Two inputs run alone and together; what is read of each must be the same. Where padding changes it, only inputs of one length
share a batch; where even that changes it, each runs alone; where an input run twice gives two states, the model is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch

from .._types import LayerInfo
from ..errors import InputError
from ._anatomy import Tap
from ._hooks import read_taps
from ._loss_torch import LOSS, logits_of, token_losses
from ._pool import Batch, pool_state
from ._positions_torch import Frame, find_frame, find_special
from ._torch_model import Encoded, Model, call_model, moved

Sharing = Literal["any", "equal", "none"]
AGREE = {torch.float64: 1e-8, torch.float32: 1e-3}  # relative; a mask that is not obeyed shows in the first digits
AGREE_HALF = 0.1  # relative: where half precision rounds coarsely


@dataclass(frozen=True, slots=True)
class Reading:
    """What running a few inputs showed."""

    sharing: Sharing = "any"
    """Which inputs may share a batch: any, those of equal length, or none."""
    frame: Frame = field(default_factory=Frame)
    """How the states of each module lie."""
    special: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Positions that do not depend on the input, by how many positions a state has."""
    by_row: bool = False
    """Whether every tensor that the model is called with has a row for each input."""


@torch.inference_mode()
def forward(
    model: Model, taps: Sequence[Tap], batch: Batch, *, pool: str, reading: Reading, loss: bool = False
) -> dict[LayerInfo, torch.Tensor]:
    """Run one batch and return the pooled state of every tap, still on the device; and the loss of each token if wanted."""
    inputs = moved(batch.inputs, model.device, model.dtype)
    masks: dict[torch.device, Batch] = {}  # a model may lie on several devices
    losses: list[torch.Tensor] = []

    def on(device: torch.device) -> Batch:
        if device not in masks:
            masks[device] = replace(batch, real=None if batch.real is None else batch.real.to(device))
        return masks[device]

    def reduce(state: torch.Tensor, name: str) -> torch.Tensor:
        here = on(state.device)
        return pool_state(reading.frame.straight(state, name, here), pool, batch=here, name=name)

    def call() -> None:
        output = call_model(model, inputs, scored=loss)
        if loss and (logits := logits_of(output)) is not None:
            losses.append(token_losses(logits, batch))

    found = read_taps(model.module, taps, call=call, reduce=reduce)
    return {**found, LOSS: losses[0]} if losses else found


def find_reading(model: Model, taps: Sequence[Tap], probe: Encoded, *, pool: str) -> Reading:
    """Run a few inputs alone and together, and return how the model is to be read.

    Parameters
    ----------
    model : Model
        Opened, and not training.
    taps : sequence of Tap
        What will be read.
    probe : Encoded
        At least one input; more of different and of equal lengths show more.
    pool : str
        How positions become a row.

    Raises
    ------
    InputError
        The same input gives other states when it runs again, or states have no row for each input.
    """
    one, other, equal = _chosen(probe.lengths)
    alone = [probe.batch(np.array([row])) for row in (one, other) if row is not None]
    frame = find_frame(model, taps, alone)
    found = Reading(frame=frame, special=find_special(model, alone[0]))
    if other is None and equal is None:
        return found
    pair = probe.batch(np.array([one, equal if other is None else other]))
    found = replace(found, by_row=_by_row(alone[0], 1) and _by_row(pair, 2))
    trial = _Trial(model, taps, probe, "mean" if pool == "flatten" else pool, found)
    first = trial.pooled([one])
    if other is not None and pool != "flatten" and trial.share(first, one, with_=other):
        return found
    # Without a mask it is not known which inputs are of one length to the model.
    lengths_known = other is None or alone[0].attended is not None
    if equal is not None and lengths_known and trial.share(first, one, with_=equal):
        return found if other is None else replace(found, sharing="equal")
    if not trial.agree(trial.pooled([one]), [first]):
        raise InputError(
            f"model of extract: {model.name!r} gives other states when the same input runs again (a random mask, random "
            "hashing, or dropout that stays on), so its states are no property of the input. Switch that off, or take "
            "another model."
        )
    return replace(found, sharing="none")


@dataclass(frozen=True, slots=True)
class _Trial:
    """Runs inputs of a probe."""

    model: Model
    taps: Sequence[Tap]
    probe: Encoded
    pool: str
    reading: Reading

    def pooled(self, rows: list[int]) -> list[list[torch.Tensor]]:
        """Return the pooled rows of each input at each tap."""
        batch = replace(self.probe.batch(np.array(rows)), special=self.reading.special)
        states = forward(self.model, self.taps, batch, pool=self.pool, reading=self.reading).values()
        return [list(torch.split(state, batch.counts(self.pool, len(state)))) for state in states]

    def share(self, first: list[list[torch.Tensor]], one: int, *, with_: int) -> bool:
        """Say whether two inputs have in one batch the states that they have alone."""
        try:
            together = self.pooled([one, with_])
        except InputError:  # the states of both are one sequence, or the like
            return False
        return self.agree(together, [first, self.pooled([with_])])

    def agree(self, together: list[list[torch.Tensor]], alone: list[list[list[torch.Tensor]]]) -> bool:
        """Say whether inputs that ran together have the states that they have alone."""
        limit = AGREE.get(self.model.dtype, AGREE_HALF)
        for tap, states in enumerate(together):
            for row, state in enumerate(states):
                wanted = alone[row][tap][0]
                if state.shape != wanted.shape or float((state - wanted).norm()) > limit * float(wanted.norm()):
                    return False
        return True


def _chosen(lengths: Any) -> tuple[int, int | None, int | None]:
    """Return an input of middling length, a shorter one, and another of the same length; None where there is none."""
    shortest = int(np.argmin(lengths))
    longer = np.flatnonzero(lengths > lengths[shortest])
    known, counts = np.unique(lengths[longer], return_counts=True)
    paired = known[counts > 1] if (counts > 1).any() else known  # a length that has a partner shows more
    one = int(np.flatnonzero(lengths == paired[len(paired) // 2])[0]) if len(longer) else shortest
    same = [int(row) for row in np.flatnonzero(lengths == lengths[one]) if row != one]
    return one, shortest if shortest != one else None, same[0] if same else None


def _by_row(batch: Batch, rows: int) -> bool:
    values = batch.inputs.values() if isinstance(batch.inputs, Mapping) else batch.inputs
    return all(isinstance(value, torch.Tensor) and value.ndim > 0 and value.shape[0] == rows for value in values)
