"""Small networks by the handful: those of all folds are trained together, as one batched product for each layer.

Everything random comes from numpy, fold by fold: first the weights, layer by layer, then one order of the rows for each epoch.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from ._targets import Target

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ROWS = 8192  # rows that networks are asked about at a time


@dataclass(frozen=True, slots=True)
class Settings:
    """The network and how it is trained."""

    width: int
    depth: int
    epochs: int
    patience: int
    batch: int
    rate: float
    seed: int


@dataclass(slots=True)
class Networks:
    """F networks of one shape."""

    X: torch.Tensor
    """(n, d) rows."""
    truth: torch.Tensor
    """(n,) classes, (n, q) answers, or (n, 1) values in their own spread."""
    kind: str
    mean: torch.Tensor
    """(F, 1, d) of the rows that each learns from."""
    spread: torch.Tensor
    weights: list[torch.Tensor] = field(default_factory=list)
    """(F, in, out) and (F, 1, out) by turns."""

    def scores(self, rows: torch.Tensor, weights: Sequence[torch.Tensor], chosen: Any = slice(None)) -> torch.Tensor:
        """(F, m) rows give (F, m, outputs)."""
        state = (self.X[rows] - self.mean[chosen]) / self.spread[chosen]
        for place in range(0, len(weights), 2):
            state = torch.baddbmm(weights[place + 1], state, weights[place])
            if place + 2 < len(weights):
                state = functional.relu(state)
        return state

    def losses(self, scores: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        """(F,) mean losses."""
        truth = self.truth[rows]
        if self.kind == "classes":
            return functional.cross_entropy(scores.transpose(1, 2), truth, reduction="none").mean(dim=1)
        if self.kind == "multilabel":
            return functional.binary_cross_entropy_with_logits(scores, truth, reduction="none").mean(dim=(1, 2))
        return ((scores - truth) ** 2).mean(dim=(1, 2))

    def said(self, fold: int, rows: IntArray) -> FloatArray:
        """Return probabilities, or values in their spread, of one network."""
        own = [entry[fold : fold + 1] for entry in self.weights]
        said = []
        with torch.no_grad():
            for start in range(0, rows.size, ROWS):
                some = torch.from_numpy(rows[start : start + ROWS])[None]
                scores = self.scores(some, own, slice(fold, fold + 1))[0]
                if self.kind == "classes":
                    scores = torch.softmax(scores, dim=1)
                elif self.kind == "multilabel":
                    scores = torch.sigmoid(scores)
                said.append(scores.double().numpy())
        found: FloatArray = np.concatenate(said)
        return found


@dataclass(frozen=True, slots=True)
class Trained:
    """Networks, and how their training went."""

    networks: Networks
    dev: FloatArray
    """(F,) best validation loss."""
    epochs: IntArray
    """(F,) epoch at which it was reached."""


def train(
    X: npt.NDArray[Any], target: Target, *, jobs: Sequence[tuple[IntArray, IntArray]], settings: Settings
) -> Trained:
    """Train one network for each (rows to learn from, rows to validate on) with Adam; keep the epoch of least validation loss.

    Batches are full: an epoch leaves out the few rows at the end of its random order that fill none.
    """
    networks = _networks(X, target, jobs)
    draws = [np.random.default_rng([settings.seed, fold]) for fold in range(len(jobs))]
    outputs = 1 if target.kind == "values" else target.classes.size
    weights = _begin(X.shape[1], outputs, settings, draws, networks.X.dtype)
    adam = torch.optim.Adam(weights, lr=settings.rate)
    smallest = min(learn.size for learn, _ in jobs)
    batch = min(settings.batch, smallest)
    best, epoch_of = np.full(len(jobs), np.inf), np.zeros(len(jobs), dtype=np.int64)
    networks.weights = [entry.detach().clone() for entry in weights]
    for epoch in range(1, settings.epochs + 1):
        orders = np.stack(
            [draw.permutation(learn)[: smallest // batch * batch] for draw, (learn, _) in zip(draws, jobs, strict=True)]
        )
        for start in range(0, orders.shape[1], batch):
            rows = torch.from_numpy(orders[:, start : start + batch])
            adam.zero_grad()
            networks.losses(networks.scores(rows, weights), rows).sum().backward()  # type: ignore[no-untyped-call]
            adam.step()
        loss = _validate(networks, weights, jobs)
        better = (loss < best) & (epoch - epoch_of <= settings.patience)
        best[better], epoch_of[better] = loss[better], epoch
        for kept, now in zip(networks.weights, weights, strict=True):
            kept[better] = now.detach()[better]
        if (epoch - epoch_of >= settings.patience).all():
            break
    return Trained(networks, best, epoch_of)


def _networks(X: npt.NDArray[Any], target: Target, jobs: Sequence[tuple[IntArray, IntArray]]) -> Networks:
    mean = np.array([X[learn].mean(axis=0, dtype=np.float64) for learn, _ in jobs])[:, None]
    spread = np.array([X[learn].std(axis=0, dtype=np.float64) for learn, _ in jobs])[:, None]
    spread[spread <= 8 * np.finfo(X.dtype).eps * np.abs(mean)] = 1
    truth = target.truth
    if target.kind == "values":
        truth = ((truth - truth.mean()) / truth.std())[:, None]
    if target.kind != "classes":
        truth = truth.astype(X.dtype)
    return Networks(
        torch.from_numpy(np.array(X)),
        torch.from_numpy(np.array(truth)),
        target.kind,
        torch.from_numpy(mean.astype(X.dtype)),
        torch.from_numpy(spread.astype(X.dtype)),
    )


def _begin(  # house: the shape of a network and where it comes from
    d: int, outputs: int, settings: Settings, draws: Sequence[np.random.Generator], dtype: torch.dtype
) -> list[torch.Tensor]:
    """Draw weights and intercepts as torch's Linear does: uniform within 1 / sqrt(inputs)."""
    sizes = [d, *[settings.width] * settings.depth, outputs]
    drawn: list[torch.Tensor] = []
    for wide_in, wide in itertools.pairwise(sizes):
        reach = wide_in**-0.5
        for rows in (wide_in, 1):
            values = np.stack([draw.uniform(-reach, reach, size=(rows, wide)) for draw in draws])
            drawn.append(torch.from_numpy(values).to(dtype).requires_grad_())
    return drawn


def _validate(
    networks: Networks, weights: Sequence[torch.Tensor], jobs: Sequence[tuple[IntArray, IntArray]]
) -> FloatArray:
    """Return the (F,) mean loss of each network on its validation rows."""
    found = np.empty(len(jobs))
    with torch.no_grad():
        for fold, (_, rows) in enumerate(jobs):
            asked, own = torch.from_numpy(rows)[None], [entry[fold : fold + 1] for entry in weights]
            found[fold] = float(networks.losses(networks.scores(asked, own, slice(fold, fold + 1)), asked))
    return found
