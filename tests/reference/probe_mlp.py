"""MLP probe as one writes it in torch: one network after the other."""

from __future__ import annotations

import copy
from itertools import pairwise

import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold
from torch import nn

OPTIONS = [
    {"width": 6, "epochs": 4, "rate": 0.01},
    {"width": 5, "depth": 2, "epochs": 30, "patience": 1, "rate": 0.05, "folds": 3, "batch": 16},
]


def slow(X, Y, columns, *, width, epochs, rate, depth=1, patience=5, folds=5, batch=64):
    y = columns["labels"]
    classes = np.unique(y).size
    cut = [test for _, test in StratifiedKFold(folds, shuffle=True, random_state=0).split(X, y)]
    values = []
    for fold, test in enumerate(cut):
        validate = cut[1 if fold == 0 else 0]
        learn = np.setdiff1d(np.arange(len(y)), np.concatenate([test, validate]))
        Z = torch.from_numpy((X - X[learn].mean(axis=0)) / X[learn].std(axis=0))
        truth, rng = torch.from_numpy(y), np.random.default_rng([0, fold])
        sizes = [X.shape[1], *[width] * depth, classes]
        layers: list[nn.Module] = []
        for wide_in, wide in pairwise(sizes):
            layer, reach = nn.Linear(wide_in, wide).double(), wide_in**-0.5
            weights = rng.uniform(-reach, reach, size=(wide_in, wide))
            layer.weight.data = torch.from_numpy(weights.T.copy())
            layer.bias.data = torch.from_numpy(rng.uniform(-reach, reach, size=wide))
            layers += [layer, nn.ReLU()]
        model = nn.Sequential(*layers[:-1])
        adam, loss = torch.optim.Adam(model.parameters(), lr=rate), nn.CrossEntropyLoss()
        shortest = min(len(y) - len(a) - len(b) for a in cut for b in cut if a is not b)
        size = min(batch, shortest)
        least, kept, when = np.inf, copy.deepcopy(model), 0
        for epoch in range(1, epochs + 1):
            order = rng.permutation(learn)
            for start in range(0, shortest // size * size, size):
                adam.zero_grad()
                rows = order[start : start + size]
                loss(model(Z[rows]), truth[rows]).backward()
                adam.step()
            now = loss(model(Z[validate]), truth[validate]).item()
            if now < least:
                least, kept, when = now, copy.deepcopy(model), epoch
            elif epoch - when >= patience:
                break
        values.append((kept(Z[test]).argmax(dim=1) == truth[test]).double().mean().item())
    return np.mean(values)
