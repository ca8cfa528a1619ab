"""TLE pair by pair, as the circles through a point that touch the edge; the radius solved for by halving."""

from __future__ import annotations

import math

import numpy as np

OPTIONS = [{"k": 5}]


def reach(start, target):
    """Return the least radius of a ball inside the unit ball that holds the target: its centre slides from start to 0.

    The centre is (1 - r) start, so that the ball touches the unit sphere's inside at one point for start on it.
    """
    low, high = 0.0, 1.0
    for _ in range(50):
        r = (low + high) / 2
        low, high = (low, r) if math.dist(target, start * (1 - r)) <= r else (r, high)
    return high


def slow(X, Y, columns, *, k, average="mean", epsilon=1e-4):
    local = []
    for x in X:
        near = sorted(X, key=lambda y: math.dist(x, y))[1 : k + 1]
        r = math.dist(x, near[-1])
        unit = [(y - x) / r for y in near]
        total, count = 2 * sum(math.log(np.linalg.norm(u)) for u in unit), k**2
        for i, a in enumerate(unit):
            for j, b in enumerate(unit):
                if i == j:
                    continue
                pair = reach(a, b), reach(a, -b)
                if min(pair) < epsilon:
                    count -= 1
                else:
                    total += math.log(pair[0]) + math.log(pair[1])
        local.append(-2 * count / total)
    return (np.mean if average == "mean" else np.median)(local)
