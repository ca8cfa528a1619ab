"""Adaptive dimension: k* by the plain test, the dimension by a search over the likelihood written out."""

from __future__ import annotations

import math

from scipy.optimize import minimize_scalar

from tests.reference.density_kstar import sizes

OPTIONS = [
    {"start": 4.0, "iterations": 1},
    {"start": 4.0, "iterations": 1, "estimator": "binomial", "ratio": 0.6},
]


def slow(X, Y, columns, *, start, iterations, estimator="gride", ratio=None):
    d = start
    for _ in range(iterations):
        chosen, lengths = sizes(X, d, min(100, len(X) - 1), "dadapy")
        if estimator == "binomial":
            inside = sum(
                sum(r < ratio * row[k - 1] for r in row[: k - 1]) for k, row in zip(chosen, lengths, strict=True)
            )
            d = math.log(inside / sum(k - 1 for k in chosen)) / math.log(ratio)
            continue
        pairs = [
            (row[k + k % 2 - 1] / row[(k + k % 2) // 2 - 1], k + k % 2) for k, row in zip(chosen, lengths, strict=True)
        ]

        def loss(at, pairs=pairs):
            return math.log(at) - sum(
                math.log(at) + (k // 2 - 1) * math.log(mu**at - 1) - ((k - 1) * at + 1) * math.log(mu)
                for mu, k in pairs
            )

        d = minimize_scalar(loss, bounds=(0.5, 20), method="bounded", options={"xatol": 1e-12}).x
    return d
