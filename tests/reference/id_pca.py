"""The five criteria from the singular values of the centred points, by loops."""

from __future__ import annotations

import numpy as np

OPTIONS = [
    {},
    {"correct": True},
    {"criterion": "threshold"},
    {"criterion": "threshold", "share": 0.5},
    {"criterion": "threshold", "share": 1},
    {"criterion": "kaiser"},
    {"criterion": "broken_stick"},
    {"criterion": "maxgap"},
    {"error": "subsample"},
    {"error": None},
]


def slow(X, Y, columns, *, criterion="participation", correct=False, share=0.95, error="auto"):
    n, d = X.shape
    values = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[: min(n - 1, d)] ** 2
    if criterion == "participation":
        inverse = sum(v**2 for v in values) / sum(values) ** 2
        return 1 / (inverse - 1 / (n - 1)) if correct else 1 / inverse
    if criterion == "threshold":
        held, count = 0.0, 0
        while count < len(values) and held < share * sum(values) * (1 - 1e-12):
            held, count = held + values[count], count + 1
        return count
    if criterion == "kaiser":
        return sum(v > sum(values) / len(values) for v in values)
    if criterion == "maxgap":
        return 1 + max(range(len(values) - 1), key=lambda i: values[i] / values[i + 1])
    count = 0
    for i, v in enumerate(values):
        if v / sum(values) <= sum(1 / j for j in range(i + 1, len(values) + 1)) / len(values):
            break
        count += 1
    return max(1, count)
