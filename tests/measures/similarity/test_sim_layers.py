"""Which measure finds the corresponding layer of a network trained from another seed?"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import repscape as rs
from tests.data_files import data_file

DEPTH, WIDE, SHOWN = 6, 16, 1500


def trained(seed: int, images: torch.Tensor, labels: torch.Tensor) -> list[nn.Module]:
    """Train a plain convolutional network; return its layers."""
    torch.manual_seed(seed)
    layers = [
        nn.Sequential(nn.Conv2d(WIDE if place else 1, WIDE, 3, 1, 1, bias=False), nn.BatchNorm2d(WIDE), nn.ReLU())
        for place in range(DEPTH)
    ]
    network = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(16 * WIDE, 10))
    step = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(2):
        for batch in torch.randperm(len(images)).split(64):
            loss = nn.functional.cross_entropy(network(images[batch]), labels[batch])
            step.zero_grad()
            loss.backward()
            step.step()
    network.eval()
    return layers


def states(layers: list[nn.Module], images: torch.Tensor) -> dict[str, np.ndarray]:
    """Return what every layer gives for the images, averaged over 4 x 4 patches."""
    found = {}
    with torch.no_grad():
        for place, layer in enumerate(layers):
            images = layer(images)
            found[f"conv{place}"] = nn.functional.adaptive_avg_pool2d(images, 4).flatten(1).numpy()
    return found


@pytest.mark.slow
def test_cka_finds_corresponding_layers_and_cca_does_not() -> None:
    with np.load(data_file("mnist_test_10k.npz")) as held:
        images = torch.from_numpy(held["images"]).float()[:, None] / 255
        labels = torch.from_numpy(held["labels"].astype(np.int64))
    images = nn.functional.avg_pool2d((images - images.mean()) / images.std(), 2)
    networks = {f"seed {seed}": states(trained(seed, images[:3000], labels[:3000]), images[-SHOWN:]) for seed in (0, 1)}
    measures = [("sim_cka", {"error": None}), ("sim_cca", {"error": None})]  # their values are looked at
    results = rs.run(networks, rs.Plan(measures=measures, profiles=["models"]))
    shares = {}
    for name in ("sim_cka", "sim_cca"):
        values = np.array([record.result.value for record in results.select(name)]).reshape(DEPTH, DEPTH)
        own = np.arange(DEPTH)
        shares[name] = np.mean([*(values.argmax(axis=0) == own), *(values.argmax(axis=1) == own)])
    assert shares["sim_cka"] >= 0.6
    assert shares["sim_cka"] >= shares["sim_cca"] + 0.25
