"""Draw every measure of the table on one small study, for the pages of the documentation site.

    .venv/bin/python tools/measure_pictures.py docs/_static/measures

The study: handwritten digits through a network with two hidden layers, before and after it learned. A measure of bits or of
whole numbers sees the states so; a slow one sees fewer images. Measures of outputs see those of five steps of training; those
of one stream of states a network whose blocks add to it. Pictures that are there stay. What cannot be measured is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits

import repscape as rs
from repscape.measures import every_measure

N, STEPS, DPI = 300, 200, 110
FEWER = {"sim_rtd": 60}  # images, where 300 would take minutes
AS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "id_binary": lambda X: (X > 0).astype(np.float32),
    "id_discrete": lambda X: np.round(4 * X),
    "sim_match": lambda X: X[:, X.std(axis=0) > 0],
    "sim_predictivity": lambda X: X[:, X.std(axis=0) > 0],
}
OUTPUTS = ("sim_disagreement", "sim_jsd")
STREAM = ("quality_alpha", "quality_angular", "quality_influence", "quality_linearity")
HALVES = ("probe_learning",)  # which learn from few examples of each class: two classes, low digits and high ones
"""What some measures must be given: bits, whole numbers, units that change."""
Layers = dict[str, np.ndarray]


def layers_of(net: torch.nn.Sequential, pixels: torch.Tensor) -> Layers:
    """Return what every layer makes of the images."""
    found, state = {"pixels": pixels.numpy()}, pixels
    for place, module in enumerate(net):
        state = module(state)
        if not isinstance(module, torch.nn.ReLU):
            found[f"layer{place // 2 + 1}"] = state.detach().numpy()
    return found


def learned() -> tuple[Layers, Layers, np.ndarray, np.ndarray]:
    """Return layers before and after learning, the digits, and how much ink is on each image."""
    torch.manual_seed(0)
    digits = load_digits()
    pixels, digit = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)
    net = torch.nn.Sequential(
        *(torch.nn.Linear(64, 48), torch.nn.ReLU(), torch.nn.Linear(48, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10))
    )
    shown = pixels[-N:]
    before = layers_of(net, shown)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(STEPS):
        batch = torch.randint(len(pixels) - N, (200,))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(pixels[batch]), digit[batch]).backward()
        optimizer.step()
    return before, layers_of(net, shown), digits.target[-N:], shown.sum(dim=1).numpy()


class Stream(torch.nn.Module):
    """Four blocks that add to one stream of states."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = torch.nn.ModuleList(torch.nn.Linear(64, 64) for _ in range(4))
        self.out = torch.nn.Linear(64, 10)

    def forward(self, state: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        return self.out(self.states(state)[-1])

    def states(self, state: torch.Tensor) -> list[torch.Tensor]:
        """Return the stream before each block, and at the end."""
        found = [state]
        for block in self.blocks:
            found.append(found[-1] + torch.relu(block(found[-1])))
        return found


def other_sources() -> tuple[dict[str, Layers], dict[str, Layers]]:
    """Return outputs at five steps of training, and the stream before and after it."""
    torch.manual_seed(0)
    digits = load_digits()
    pixels, digit = torch.tensor(digits.data / 16, dtype=torch.float32), torch.tensor(digits.target)
    net, outputs, streams = Stream(), {}, {}
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    for step in range(STEPS + 1):
        with torch.no_grad():
            if step in (0, 10, 30, 90, STEPS):
                outputs[f"step{step}"] = torch.softmax(net(pixels[-N:]), 1).numpy()
            if step in (0, STEPS):
                states = net.states(pixels[-N:])
                streams["after" if step else "before"] = {f"block{i}": one.numpy() for i, one in enumerate(states)}
        batch = torch.randint(len(pixels) - N, (200,))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(net(pixels[batch]), digit[batch]).backward()
        optimizer.step()
    return {"": outputs}, streams


def main() -> None:
    """Draw them."""
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    before, after, digit, ink = learned()
    outputs, streams = other_sources()
    for name, row in every_measure().items():
        if (out / f"{name}.png").exists():
            continue
        n, form = FEWER.get(name, N), AS.get(name, lambda X: X)
        columns = {"digit": digit[:n] // 5 if name in HALVES else digit[:n], "ink": ink[:n]}
        source = outputs if name in OUTPUTS else streams if name in STREAM else {"before": before, "after": after}
        models: Any = {model: {layer: form(X[:n]) for layer, X in layers.items()} for model, layers in source.items()}
        models = models.get("", models)
        plan = {"measures": [name], "labels": "digit"}
        plan |= {"profiles": ["next", "pairs"]} if row.arity == 2 else {}
        plan |= {"values": ["ink"]} if "values" in row.takes else {}
        plan |= {"groups": "digit"} if "groups" in row.takes and row.family != "probe" else {}
        try:
            results = rs.run(models, rs.Plan(**plan), columns=columns)
            results.plot(name).savefig(out / f"{name}.png", dpi=DPI, bbox_inches="tight")
        except (rs.errors.RepscapeError, ImportError) as problem:
            print(f"{name}: no picture: {str(problem)[:120]}", flush=True)


if __name__ == "__main__":
    main()
