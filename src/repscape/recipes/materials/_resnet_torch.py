"""Residual networks for 32 x 32 images (He et al. 2016, section 4.2), and their published weights."""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...errors import InputError
from ...extraction import Model, open_model

WIDTHS = (16, 32, 64)
CLASSES = 10
MEAN, SD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet: what the published weights were trained with
HASHED = re.compile(r"-([0-9a-f]{8})\.th$")  # the name ends in the beginning of the file's sha256
FIRST_IN_BLOCK = re.compile(r"layer1\.(\d+)\.conv1\.weight")


class Block(nn.Module):
    """Two convolutions beside a shortcut that keeps every other pixel and pads channels with zeros (option A)."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride, self.added = stride, (channels - channels_in) // 2

    def forward(self, x: Tensor) -> Tensor:
        """Return (n, channels, h / stride, w / stride)."""
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        shortcut = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.added, self.added))
        return functional.relu(y + shortcut)


class CifarResNet(nn.Module):
    """Three stages of residual blocks; of 6 blocks + 2 layers."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, WIDTHS[0], 3, 1, 1, bias=False), nn.BatchNorm2d(WIDTHS[0])
        self.layer1 = _stage(WIDTHS[0], WIDTHS[0], blocks, stride=1)
        self.layer2 = _stage(WIDTHS[0], WIDTHS[1], blocks, stride=2)
        self.layer3 = _stage(WIDTHS[1], WIDTHS[2], blocks, stride=2)
        self.linear = nn.Linear(WIDTHS[2], CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores of the classes, (n, 10)."""
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))  # type: ignore[no-any-return]


def _stage(channels_in: int, channels: int, blocks: int, *, stride: int) -> nn.Sequential:
    first = Block(channels_in, channels, stride)
    return nn.Sequential(first, *(Block(channels, channels, 1) for _ in range(blocks - 1)))


def normalised(images: npt.NDArray[Any]) -> Tensor:
    """Turn (n, 32, 32, 3) bytes into what the networks read."""
    scaled = (np.asarray(images, dtype=np.float64) / 255 - MEAN) / SD
    return torch.from_numpy(scaled.astype(np.float32)).permute(0, 3, 1, 2)


def open_resnet(source: str) -> tuple[Model, str]:
    """Open the weights of a file or an address; return the beginning of their sha256 too, where the name tells it rightly.

    Raises
    ------
    InputError
        If there is no such file, it cannot be fetched, or it holds no such network.
    """
    path = Path(source)
    named = HASHED.search(source)
    try:
        if path.is_file():
            held = torch.load(path, map_location="cpu", weights_only=True)
        elif source.startswith("https://"):
            held = torch.hub.load_state_dict_from_url(
                source, map_location="cpu", progress=False, check_hash=True, weights_only=True
            )
        else:
            raise InputError(f"model of the recipe resnet-depths must be a file or an address. There is no {source}.")
    except pickle.UnpicklingError as problem:
        raise InputError(
            f"{source} cannot be read: it holds more than weights, or none, and nothing is unpickled."
        ) from problem
    except InputError:
        raise
    except (OSError, RuntimeError, ValueError) as problem:  # among them what the network raises
        raise InputError(f"the weights {source} cannot be had: {problem}.") from problem
    module = _built(held.get("state_dict", held), source)
    told = named is not None and (
        not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest().startswith(named[1])
    )
    return open_model(module, preprocess=normalised), named[1] if named and told else ""


def _built(weights: Mapping[str, Tensor], source: str) -> CifarResNet:
    plain = {name.removeprefix("module."): value for name, value in weights.items()}
    blocks = sum(FIRST_IN_BLOCK.fullmatch(name) is not None for name in plain)
    module = CifarResNet(max(1, blocks))
    try:
        module.load_state_dict(plain)
    except RuntimeError as problem:
        raise InputError(f"{source} holds no CIFAR ResNet: {str(problem).splitlines()[-1].strip()}") from problem
    return module


def scores(model: Model, states: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return what the last layer of a network makes of its last hidden states: (n, 10), highest for the class it names."""
    head: Any = model.module.linear
    return states @ head.weight.detach().cpu().numpy().T + head.bias.detach().cpu().numpy()  # type: ignore[no-any-return]


def random_resnet(blocks: int, *, rng: int) -> Model:
    """Return a network that was not trained."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(rng)
        module = CifarResNet(blocks)
    return open_model(module, preprocess=normalised)
