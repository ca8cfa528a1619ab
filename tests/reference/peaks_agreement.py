"""Density peaks by lists and sets over all pairs of points, and the Rand index by counting pairs."""

from __future__ import annotations

import math
from itertools import combinations
from math import comb

import numpy as np

OPTIONS = [{"z": 0.3, "k": 10, "id": 3.0}, {"z": 1.0, "k": 6, "id": 2.0}]


def heights(X, k, id):
    apart = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2))
    np.fill_diagonal(apart, -1)
    order = np.argsort(apart, axis=1, kind="stable")[:, 1:]
    ball = math.pi ** (id / 2) / math.gamma(id / 2 + 1)
    far = [apart[i, order[i, k - 1]] for i in range(len(X))]
    return order.tolist(), [math.log(k / (ball * r**id * len(X))) for r in far]


def peaks(X, k, id, z):
    n = len(X)
    order, rho = heights(X, k, id)
    near, error = [row[:k] for row in order], 1 / math.sqrt(k)
    tops = [i for i in range(n) if all(rho[i] >= rho[j] for j in near[i])]
    holders = {i: [h for h in range(n) if i in near[h] and rho[h] > rho[i]] for i in tops}
    centers = [i for i in tops if not holders[i]]
    label = {i: i for i in centers}
    for i in sorted(range(n), key=lambda i: -rho[i]):
        if i not in label:
            known = [j for j in near[i] if j in label]
            label[i] = label[known[0] if known else max(holders[i], key=lambda h: rho[h])]
    saddle = {}
    for i in range(n):
        across = [j for j in near[i] if label[j] != label[i]]
        if i in centers or not across:
            continue
        j = across[0]
        before = near[j][: near[j].index(i)] if i in near[j] else near[j]
        if not any(label[b] == label[i] for b in before):
            pair = frozenset((label[i], label[j]))
            saddle[pair] = max(saddle.get(pair, -math.inf), rho[i])
    while True:
        weak = [p for p, s in saddle.items() if any(rho[c] - s < z * 2 * error for c in p)]
        if not weak:
            return [label[i] for i in range(n)]
        pair = max(weak, key=lambda p: saddle[p])
        lower, upper = sorted(pair, key=lambda c: rho[c])
        label = {i: upper if c == lower else c for i, c in label.items()}
        moved = {}
        for p, s in saddle.items():
            q = frozenset(upper if c == lower else c for c in p)
            if len(q) == 2:
                moved[q] = max(moved.get(q, -math.inf), s)
        saddle = moved


def slow(X, Y, columns, *, z, k, id):
    found, labels = peaks(X, k, id, z), columns["labels"]
    n = len(X)
    together = sum(labels[i] == labels[j] and found[i] == found[j] for i, j in combinations(range(n), 2))
    a, b = (sum(comb(int(c), 2) for c in np.unique(code, return_counts=True)[1]) for code in (labels, found))
    expected = a * b / comb(n, 2)
    return (together - expected) / ((a + b) / 2 - expected)
