"""The same network by hand: derivatives written out, Adam's steps one by one; its draws in the same order."""

from __future__ import annotations

import itertools
import math

import numpy as np

OPTIONS = [
    {"widths": (1, 3), "steps": 9, "hidden": 8},
    {"widths": (2,), "steps": 3, "hidden": 5, "batch": 200, "held_out": 0.5, "repeats": 2, "rng": 7},
]


def slow(X, Y, columns, *, widths, steps, hidden, batch=32, held_out=0.2, repeats=1, rng=0):
    random = np.random.default_rng(rng)
    data = X - X.mean(axis=0)
    data = data / np.sqrt((data**2).mean())
    return np.mean([one_split(data, widths, steps, hidden, batch, held_out, random) for _ in range(repeats)], axis=0)


def one_split(data, widths, steps, hidden, batch, held_out, random):
    order = random.permutation(len(data))
    cut = round(held_out * len(data))
    test, train = data[order[:cut]], data[order[cut:]]
    left = []
    for width in widths:
        weights = trained(train, width, steps, hidden, batch, random)
        left.append(((forward(test, weights)[-1] - test) ** 2).sum() / ((test - train.mean(axis=0)) ** 2).sum())
    return left


def forward(x, weights):
    first = np.tanh(x @ weights[0] + weights[1])
    middle = first @ weights[2] + weights[3]
    last = np.tanh(middle @ weights[4] + weights[5])
    return first, middle, last, last @ weights[6] + weights[7]


def gradients(x, weights):
    first, middle, last, out = forward(x, weights)
    by_out = 2 * (out - x) / x.size
    by_last = (by_out @ weights[6].T) * (1 - last**2)
    by_middle = by_last @ weights[4].T
    by_first = (by_middle @ weights[2].T) * (1 - first**2)
    pairs = [(x, by_first), (first, by_middle), (middle, by_last), (last, by_out)]
    return [g for inputs, by in pairs for g in (inputs.T @ by, by.sum(axis=0))]


def trained(train, width, steps, hidden, batch, random):
    sizes = (train.shape[1], hidden, width, hidden, train.shape[1])
    weights = []
    for a, b in itertools.pairwise(sizes):
        weights += [random.uniform(-math.sqrt(6 / (a + b)), math.sqrt(6 / (a + b)), size=(a, b)), np.zeros(b)]
    mean, square = ([np.zeros_like(w) for w in weights] for _ in range(2))
    queue = []
    for step in range(1, steps + 1):
        if not queue:
            order = random.permutation(len(train))
            queue = [order[start : start + batch] for start in range(0, len(train), batch)]
        rows = queue.pop(0)
        rate = 0.01 * 0.5 * (1 + math.cos(math.pi * (step - 1) / steps))
        for i, g in enumerate(gradients(train[rows], weights)):
            mean[i] = 0.9 * mean[i] + 0.1 * g
            square[i] = 0.999 * square[i] + 0.001 * g**2
            unbiased = mean[i] / (1 - 0.9**step), square[i] / (1 - 0.999**step)
            weights[i] = weights[i] - rate * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-8)
    return weights
