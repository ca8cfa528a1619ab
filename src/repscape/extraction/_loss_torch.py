"""The loss of each token: how little a causal language model expected it, from the same pass that gives its states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from .._types import COLUMN, LayerInfo
from ._pool import Batch

LOSS = LayerInfo("loss", 0, 0.0, site=COLUMN)
LOGITS_BYTES = 1 << 28  # of one batch's logits, unless a single text has more
ENTRIES = 1 << 24  # of logits that are made float32 at once
SAME = 1e-3  # relative: what a later token may change about an earlier one's logits, by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """Runs the whole of a causal model, head and all."""

    run: Callable[..., Any]
    """Takes what the model takes."""
    width: int
    """Tokens that it tells apart."""

    @property
    def batch_tokens(self) -> int:
        """Tokens of a batch whose logits stay small."""
        return max(1, LOGITS_BYTES // (4 * self.width))


def logits_of(output: Any) -> torch.Tensor | None:
    """Return the logits (rows, positions, tokens) in what a model handed out; None where there are none."""
    found = output.get("logits") if isinstance(output, Mapping) else getattr(output, "logits", None)
    return found if isinstance(found, torch.Tensor) and found.ndim == 3 else None


def is_causal(run: Callable[..., Any], inputs: Mapping[str, Any]) -> int:
    """Return how many tokens the logits tell apart, where no position sees those behind it; 0 otherwise."""
    ids = inputs["input_ids"]
    other = ids.clone()
    other[:, -1] = ids[:, 0]
    if ids.shape[1] < 3 or torch.equal(other, ids):
        return 0
    with torch.inference_mode():
        one, two = (logits_of(run(**{**inputs, "input_ids": given})) for given in (ids, other))
    if one is None or two is None or one.shape[1] != ids.shape[1] or one.shape[2] <= int(ids.max()):
        return 0
    same = float((one[:, :-1] - two[:, :-1]).norm()) <= SAME * float(one[:, :-1].norm())
    return int(one.shape[2]) if same else 0


def token_losses(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the loss of every real token, (tokens, 1): -log of its probability given those before it, in nats.

    NaN where nothing stands before a token.
    """
    inputs: Any = batch.inputs
    ids, real = inputs["input_ids"].to(logits.device), batch.real
    losses = torch.full(ids.shape, torch.nan, dtype=torch.float32, device=logits.device)
    known = torch.ones_like(ids, dtype=torch.bool) if batch.attended is None else batch.attended.to(logits.device)
    step = max(1, ENTRIES // logits.shape[2])
    for row in range(len(ids)):
        for start in range(0, ids.shape[1] - 1, step):
            stop = min(start + step, ids.shape[1] - 1)
            here = logits[row, start:stop].to(torch.float32)
            wanted = ids[row, start + 1 : stop + 1, None]
            losses[row, start + 1 : stop + 1] = here.logsumexp(dim=1) - here.gather(1, wanted)[:, 0]
    losses[:, 1:][~known[:, :-1]] = torch.nan
    return losses[known if real is None else real.to(logits.device)][:, None]
