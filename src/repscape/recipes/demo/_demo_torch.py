"""The network of `repscape demo`: a small vision transformer that learns the 8 x 8 digits scikit-learn carries.

It is small enough to train in seconds on two cores, deep enough for a profile by depth, and its blocks are read through
the same table of sites and the same hooks as any other model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn import functional

from ..._check import choice
from ..._random import generator
from ..._types import LayerInfo, Progress
from ...extraction import read_taps, select_taps
from ...machine import single_threaded_torch

CHECKPOINTS = (0, 10, 30, 90, 270, 900)
HELD_OUT = 60  # images of each digit, about a third
PATCH, WIDTH, HEADS, BLOCKS, CLASSES = 2, 48, 3, 6, 10
BATCH, RATE, DECAY = 64, 2e-3, 0.05
SITES = ("residual", "norm1", "norm2")


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The network after some steps of training."""

    step: int
    """Batches seen; 0 for the untrained network."""
    state: Mapping[str, torch.Tensor]
    """Its parameters."""
    accuracy: float
    """Share of the held-out images it names rightly, in [0, 1]."""
    stderr: float
    """Binomial standard error of the accuracy."""
    correct: npt.NDArray[np.bool_]
    """(n,) which held-out images it names rightly, so that checkpoints can be compared image by image."""


@dataclass(frozen=True, slots=True, eq=False)
class DemoRun:
    """A finished training: the checkpoints and the images that none of them was trained on."""

    checkpoints: tuple[Checkpoint, ...]
    """From untrained to trained."""
    images: npt.NDArray[np.float32]
    """(n, 8, 8) held-out images in [0, 1], the same number of each digit."""
    labels: npt.NDArray[np.int64]
    """(n,) the digit of each held-out image."""
    ids: tuple[str, ...]
    """n names, "digit-0017" for row 17 of scikit-learn's table."""

    def capture(
        self, step: int, images: npt.NDArray[np.float32] | None = None
    ) -> dict[LayerInfo, npt.NDArray[np.float32]]:
        """Return every layer's state at one checkpoint, averaged over the patches of each image.

        Parameters
        ----------
        step : int
            Which checkpoint.
        images : ndarray of shape (n, 8, 8), optional
            In [0, 1]; the held-out images by default.

        Returns
        -------
        dict of LayerInfo to ndarray of shape (n, 48)
            The sites residual (the embedding first), norm1 and norm2, at every depth, from one forward pass.
        """
        steps = [checkpoint.step for checkpoint in self.checkpoints]
        model = _untrained(torch.Generator())
        model.load_state_dict(self.checkpoints[steps.index(choice(step, "step", "capture", steps))].state)
        batch = torch.from_numpy(np.ascontiguousarray(self.images if images is None else images, dtype=np.float32))
        with single_threaded_torch(), torch.inference_mode():
            states = read_taps(
                model.eval(),
                select_taps(model, sites=SITES),
                call=lambda: model(batch),
                reduce=lambda state, _: state.mean(dim=1),
            )
        return {layer: state.numpy() for layer, state in states.items()}


class Attention(nn.Module):
    """Multi-head self-attention."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Mix the patches of each image."""
        n, patches, _ = x.shape
        q, k, v = self.qkv(x).view(n, patches, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)  # heads apart
        mixed = functional.scaled_dot_product_attention(q, k, v)
        found: torch.Tensor = self.out(mixed.transpose(1, 2).reshape(n, patches, WIDTH))
        return found


class Block(nn.Module):
    """A pre-norm transformer block."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(WIDTH), Attention()
        self.norm2, self.mlp = (
            nn.LayerNorm(WIDTH),
            nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH)),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add what attention and the feed-forward part find."""
        x = x + self.attn(self.norm1(x))
        return torch.add(x, self.mlp(self.norm2(x)))


class VisionTransformer(nn.Module):
    """Patches, blocks, a final normalisation, and a linear reading of the mean patch."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(PATCH * PATCH, WIDTH)
        self.position = nn.Parameter(torch.empty((8 // PATCH) ** 2, WIDTH))
        self.blocks = nn.ModuleList(Block() for _ in range(BLOCKS))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return (n, 10) scores for (n, 8, 8) images."""
        patches = images.unfold(1, PATCH, PATCH).unfold(2, PATCH, PATCH).flatten(3).flatten(1, 2)  # (n, 16, 4)
        x = self.embed(patches) + self.position
        for block in self.blocks:
            x = block(x)
        scores: torch.Tensor = self.head(self.norm(x).mean(dim=1))
        return scores


def _untrained(source: torch.Generator) -> VisionTransformer:
    """Build the network with every parameter drawn from `source`; torch's global generator is not touched."""
    with torch.device("meta"):
        model = VisionTransformer()
    model.to_empty(device="cpu")
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        elif "norm" in name:
            nn.init.ones_(parameter)
        elif name == "position":
            nn.init.normal_(parameter, std=0.5, generator=source)
        else:
            nn.init.xavier_uniform_(parameter, generator=source)
    return model


def train_demo(
    *,
    rng: int = 0,
    shuffle_labels: bool = False,
    checkpoints: Sequence[int] | None = None,
    progress: Progress | None = None,
    watch: Callable[[int, nn.Module], Any] | None = None,
) -> DemoRun:
    """Train the demo network on two thirds of the digits, keeping checkpoints from untrained to trained.

    Parameters
    ----------
    rng : int or numpy.random.Generator, default 0
        Draws the split, the first weights and the order of the images.
    shuffle_labels : bool, default False
        Train on labels that say nothing about the images: a network that cannot learn, for comparison.
    checkpoints : sequence of int, optional
        Steps after which the network is kept, from 0 to the last step of training; by default 0, 10, 30, 90, 270 and 900.
    progress : callable, optional
        Called as ``progress(done, total, what)`` now and then.
    watch : callable, optional
        Called as ``watch(step, network)`` before training and after each step of it, such as by a recorder.

    Returns
    -------
    DemoRun
        The checkpoints, their accuracies on 600 held-out images, and those images.
    """
    draw = generator(rng, "train_demo")
    source = torch.Generator().manual_seed(int(draw.integers(2**62)))
    digits = load_digits()
    images, labels = (digits.images / 16.0).astype(np.float32), digits.target.astype(np.int64)
    held = np.sort(np.concatenate([draw.permutation(np.flatnonzero(labels == c))[:HELD_OUT] for c in range(CLASSES)]))
    kept = np.setdiff1d(np.arange(len(labels)), held)
    targets = draw.permutation(labels[kept]) if shuffle_labels else labels[kept]
    model = _untrained(source)
    with single_threaded_torch():
        kept_at = _train(
            model,
            (torch.from_numpy(images[kept]), torch.from_numpy(targets)),
            (torch.from_numpy(images[held]), torch.from_numpy(labels[held])),
            source=source,
            steps=CHECKPOINTS if checkpoints is None else checkpoints,
            progress=progress,
            watch=watch or (lambda step, network: None),
        )
    return DemoRun(kept_at, images[held], labels[held], tuple(f"digit-{row:04d}" for row in held))


def _train(
    model: VisionTransformer,
    train: tuple[torch.Tensor, torch.Tensor],
    test: tuple[torch.Tensor, torch.Tensor],
    *,
    source: torch.Generator,
    steps: Sequence[int],
    progress: Progress | None,
    watch: Callable[[int, nn.Module], Any],
) -> tuple[Checkpoint, ...]:
    """Run the steps, the rate rising over the first twentieth and falling along a cosine; test at checkpoints."""
    images, labels = train
    total = steps[-1]
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
    checkpoints = [_test(model, 0, test)]
    watch(0, model)
    order = torch.empty(0, dtype=torch.int64)
    for step in range(1, total + 1):
        if len(order) < BATCH:
            order = torch.randperm(len(images), generator=source)
        batch, order = order[:BATCH], order[BATCH:]
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(20 * step / total, 0.5 + 0.5 * math.cos(math.pi * step / total))
        optimizer.zero_grad(set_to_none=True)
        scores = model(_shifted(images[batch], source))
        loss = functional.cross_entropy(scores, labels[batch], label_smoothing=0.05)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        watch(step, model)
        if step in steps:
            checkpoints.append(_test(model, step, test))
        if progress is not None and (step % 20 == 0 or step == total):
            progress(step, total, "training the demo network")
    return tuple(checkpoints)


def _shifted(images: torch.Tensor, source: torch.Generator) -> torch.Tensor:
    """Move every other image by at most one pixel each way, so that the network learns shapes and not pixels."""
    n = len(images)
    padded = functional.pad(images, (1, 1, 1, 1))
    down, right = torch.randint(0, 3, (2, n, 1, 1), generator=source)
    down[::2], right[::2] = 1, 1  # where padding put it
    rows, columns = torch.arange(8).view(1, 8, 1) + down, torch.arange(8).view(1, 1, 8) + right
    return padded[torch.arange(n).view(n, 1, 1), rows, columns]


def _test(model: VisionTransformer, step: int, test: tuple[torch.Tensor, torch.Tensor]) -> Checkpoint:
    """Keep the network as it is now, with how well it does on the held-out images."""
    images, labels = test
    with torch.inference_mode():
        correct = (model(images).argmax(dim=1) == labels).numpy()
    accuracy = float(correct.mean())
    state = {name: value.detach().clone() for name, value in model.state_dict().items()}
    return Checkpoint(step, state, accuracy, math.sqrt(accuracy * (1 - accuracy) / len(correct)), correct)
